// Progress events as lines. Pure: the time is given.

import { stripVTControlCharacters } from 'node:util';
import { unlinked } from './failure';
import type { Progress } from './protocol';

export class Steps {
  private phase = '';
  private since: number | undefined;
  private readonly running = new Map<number, { name: string; since: number }>();
  private bytes = '';

  /** Takes an event in; answers with its line for the log, if it has one. */
  take(progress: Progress, now: number): string | undefined {
    switch (progress.kind) {
      case 'phase':
        this.phase = plain(progress.text);
        this.since = now;
        this.running.clear();
        this.bytes = '';
        return this.phase;
      case 'stepStarted':
        this.running.set(progress.step, { name: plain(progress.name), since: now });
        this.bytes = '';
        return plain(progress.name);
      case 'stepDone': {
        this.running.delete(progress.step);
        const ending = progress.cached ? 'cached' : duration(progress.milliseconds);
        return `${plain(progress.name)} (${progress.failed ? 'failed, ' : ''}${ending})`;
      }
      case 'output':
        return plain(progress.text.trimEnd())
          .split('\n')
          .map((line) => `  | ${line}`)
          .join('\n');
      case 'bytes': {
        const total = progress.total > 0 ? ` of ${size(progress.total)}` : '';
        this.bytes = `${plain(progress.text)} ${size(progress.current)}${total}`;
        return undefined;
      }
      case 'note':
        return plain(progress.text);
    }
  }

  /** What is going on, on one line. */
  line(now: number): string {
    const step = [...this.running.values()].pop();
    const since = step?.since ?? this.since;
    const doing = step === undefined ? this.phase : short(step.name);
    const parts = [doing || '…', this.bytes].filter((part) => part !== '');
    const milliseconds = since === undefined ? 0 : now - since;
    const took =
      milliseconds < 1000 ? '' : ` (${duration(Math.floor(milliseconds / 1000) * 1000)})`;
    return unlinked(parts.join(' ') + took);
  }
}

/** A duration, as short as it can be read. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) {
    return `${Number(seconds.toFixed(1))} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}

/** Bytes, in decimal units as docker writes them. */
export function size(bytes: number): string {
  for (const [unit, name] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const) {
    if (bytes >= unit) {
      return `${(bytes / unit).toFixed(1)} ${name}`;
    }
  }
  return `${bytes} B`;
}

/** Programs paint for a terminal; a log is none. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\r+\n/g, '\n').replace(/\r/g, '\n');
}

function short(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
