// Shell tasks of a tasks.json, as lines for the container's shell. Pure.

type Word = string | { value: string | string[]; quoting: 'escape' | 'strong' | 'weak' };

/** What is read of a task in tasks.json. */
export interface ShellTask {
  readonly label?: string;
  readonly taskName?: string;
  readonly type?: string;
  readonly command?: Word;
  readonly args?: Word[];
  readonly options?: {
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    readonly shell?: unknown;
  };
  readonly linux?: Partial<ShellTask>;
  readonly problemMatcher?: unknown;
  readonly hide?: boolean;
}

/** Its line; `undefined`: it is no shell task, or has a shell of its own. */
export function commandLine(task: ShellTask): string | undefined {
  const here = { ...task, ...task.linux };
  if (here.type !== 'shell' || here.command === undefined || here.hide === true) {
    return undefined;
  }
  if (here.options?.shell !== undefined) {
    return undefined;
  }
  // The command is a line already, unless it says how it is to be quoted.
  const command = typeof here.command === 'string' ? here.command : quoted(here.command);
  return [command, ...(here.args ?? []).map(quoted)].join(' ');
}

/** The same line with the container's paths: VS Code's variables name this machine's. */
export function inContainer(line: string, inside: string): string {
  return line
    .replaceAll(/\$\{workspaceFolder\}|\$\{workspaceRoot\}/g, inside)
    .replaceAll(/\$\{fileDirname\}/g, `${inside}/\${relativeFileDirname}`)
    .replaceAll(/\$\{file\}/g, `${inside}/\${relativeFile}`)
    .replaceAll(/\$\{cwd\}/g, inside);
}

/** Matchers that know the container's paths; `undefined`: the task has none. */
export function matchersOf(task: ShellTask): string[] | undefined {
  const { problemMatcher } = task;
  if (problemMatcher === undefined) {
    return undefined;
  }
  const all = Array.isArray(problemMatcher) ? problemMatcher : [problemMatcher];
  // One that is written out in the task cannot be passed on.
  return all
    .filter((matcher) => typeof matcher === 'string')
    .map((matcher) => IN_CONTAINER[matcher] ?? matcher);
}

const IN_CONTAINER: Record<string, string> = {
  $gcc: '$warpdock-gcc',
  $nvcc: '$warpdock-nvcc',
  $tsc: '$warpdock-tsc',
  $python: '$warpdock-python',
  $pytest: '$warpdock-pytest',
};

/** As VS Code quotes for bash. */
function quoted(word: Word): string {
  if (typeof word !== 'string') {
    const value = Array.isArray(word.value) ? word.value.join(' ') : word.value;
    switch (word.quoting) {
      case 'escape':
        return value.replace(/[\s"'\\$`;&|<>()*?]/g, (character) => `\\${character}`);
      case 'strong':
        return strong(value);
      case 'weak':
        return `"${value.replace(/(["\\])/g, '\\$1')}"`;
    }
  }
  const isQuoted = /^(["']).*\1$/s.test(word);
  return isQuoted || !/[\s"';&|<>()*?]/.test(word) ? word : strong(word);
}

function strong(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
