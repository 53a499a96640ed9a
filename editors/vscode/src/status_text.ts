// What the status bar says. Pure.

import type { GpuUsage, Status } from './protocol';

/** What is known of the folder that it speaks of. */
export interface View {
  readonly name: string;
  readonly isIn: boolean;
  readonly status: Status | undefined;
  readonly usage: GpuUsage | undefined;
}

export interface Label {
  /** With icons. */
  readonly text: string;
  /** For a screen reader. */
  readonly spoken: string;
  readonly warns: boolean;
}

/** The item; `undefined`: nothing is to be said. */
export function label(view: View): Label | undefined {
  const { isIn, status } = view;
  if (status === undefined) {
    return isIn ? says('vm-connect', 'GPU Container', false) : undefined;
  }
  if (status.state === 'starting') {
    return says('sync~spin', 'Starting the GPU Container', false);
  }
  if (!isIn) {
    return status.state === 'running'
      ? says('vm-running', 'Local, Container Running', false)
      : says('vm-outline', 'Local', false);
  }
  switch (status.state) {
    case 'running':
      return inside(view, status);
    case 'paused':
      return says('debug-pause', 'GPU Container Paused', true);
    case 'stopped':
      return says('vm-outline', 'GPU Container Stopped', true);
    case 'absent':
      return says('vm-outline', 'GPU Container Gone', true);
  }
}

function inside({ usage }: View, { gpu }: Status): Label {
  if (gpu === null || !gpu.visible) {
    return says('vm-active', 'Container Without GPU', gpu !== null && gpu.wish !== 'none');
  }
  const names = (usage?.gpus ?? []).map((load) => load.name);
  const name = names.length > 0 ? counted(names) : counted(gpu.devices.map(deviceName));
  const memory = usage === undefined ? '' : memoryOf(usage);
  return says(
    'vm-active',
    [name || 'GPU', memory].filter((part) => part !== '').join(' · '),
    false,
  );
}

/** Details, as Markdown. */
export function tooltip({ name, isIn, status, usage }: View): string {
  const lines: string[] = [];
  lines.push(
    isIn ? `**${escaped(name)}** is in its container` : `**${escaped(name)}** is on this machine`,
  );
  if (status !== undefined) {
    const parts = [status.name, status.image && `from ${status.image}`].filter((part) => part);
    if (parts.length > 0) {
      lines.push(`Container: ${escaped(parts.join(' '))} (${status.state})`);
    }
    if (status.workspaceFolder !== null) {
      lines.push(`Folder: ${escaped(status.workspaceFolder)}`);
    }
    if (status.gpu !== null) {
      lines.push(`GPU: ${escaped(status.gpu.text)}`);
      if (!status.gpu.visible && status.gpu.remedy !== null) {
        lines.push(`→ ${escaped(status.gpu.remedy)}`);
      }
    }
    if (status.note !== null) {
      lines.push(escaped(status.note));
    }
  }
  for (const load of usage?.gpus ?? []) {
    const busy = load.utilizationPercent === null ? '' : `, ${load.utilizationPercent} % busy`;
    const memory = memoryOf({ gpus: [load], reason: null });
    lines.push(`${load.index}: ${escaped(load.name)}${memory ? `, ${memory}` : ''}${busy}`);
  }
  if (usage?.reason) {
    lines.push(escaped(usage.reason));
  }
  return lines.join('  \n');
}

/** Used and total memory of all of them; empty where the driver does not say. */
function memoryOf({ gpus }: GpuUsage): string {
  let used = 0;
  let total = 0;
  for (const { memoryUsedMiB, memoryTotalMiB } of gpus) {
    if (memoryUsedMiB === null || memoryTotalMiB === null) {
      return '';
    }
    used += memoryUsedMiB;
    total += memoryTotalMiB;
  }
  return total === 0 ? '' : `${gib(used)} / ${gib(total)} GiB`;
}

function gib(mib: number): string {
  const gib = mib / 1024;
  return gib < 10 ? gib.toFixed(1) : String(Math.round(gib));
}

/** `GPU 0: NVIDIA A100-SXM4-40GB (UUID: …)` → the product's name. */
function deviceName(device: string): string {
  return device.replace(/^GPU \d+:\s*/, '').replace(/\s*\(UUID:.*\)\s*$/, '');
}

/** `2 × A100-SXM4-40GB`; of different ones only how many. */
function counted(names: string[]): string {
  const short = names.map((name) => name.replace(/^(NVIDIA|Tesla|Quadro)\s+/, ''));
  const first = short[0] ?? '';
  if (short.length < 2) {
    return first;
  }
  return short.every((name) => name === first)
    ? `${short.length} × ${first}`
    : `${short.length} GPUs`;
}

function says(icon: string, words: string, warns: boolean): Label {
  return { text: `$(${icon}) ${words}`, spoken: `Warpdock: ${words}`, warns };
}

/** Names come from containers: nothing of them is Markdown, an icon or a link. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replace(/\s+/g, ' ');
}
