// Tasks in the container: `"type": "warpdock"`, what the image runs by default, and the project's
// own shell tasks.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { DEFAULT_FOLDER } from '../paths';
import { commandLine, inContainer, matchersOf, type ShellTask } from '../shell_task';

const TYPE = 'warpdock';

interface Definition extends vscode.TaskDefinition {
  readonly command?: string | string[];
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly keep?: boolean;
}

const MATCHERS = [
  '$warpdock-python',
  '$warpdock-python-marked',
  '$warpdock-python-call',
  '$warpdock-pytest',
  '$warpdock-gcc',
  '$warpdock-nvcc',
];

export function register(context: Context): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: () =>
      vscode.workspace.isTrusted
        ? context.folders.all.flatMap((folder) => [
            defaultTask(context, folder),
            ...shellTasks(context, folder),
          ])
        : [],
    resolveTask: (task) => {
      const folder = typeof task.scope === 'object' ? task.scope : context.folders.all[0];
      if (folder === undefined) {
        return undefined;
      }
      // VS Code insists on the definition that it gave.
      const definition = task.definition as Definition;
      return made(context, folder, definition, task.name, task.problemMatchers);
    },
  });
}

/** The image's default command. Its session stays when the terminal is closed. */
export function defaultTask(context: Context, folder: vscode.WorkspaceFolder): vscode.Task {
  return made(context, folder, { type: TYPE, keep: true }, 'default command', MATCHERS);
}

/** The folder's shell tasks, to be run in the container wherever the window is. */
function shellTasks(context: Context, folder: vscode.WorkspaceFolder): vscode.Task[] {
  const offers = vscode.workspace.getConfiguration('warpdock', folder);
  if (!offers.get<boolean>('tasks.offerShellTasks')) {
    return [];
  }
  const inside = context.folders.status(folder)?.workspaceFolder ?? DEFAULT_FOLDER;
  const written = vscode.workspace.getConfiguration('tasks', folder).get<ShellTask[]>('tasks');
  const tasks: vscode.Task[] = [];
  for (const task of Array.isArray(written) ? written : []) {
    const command = commandLine(task);
    if (command === undefined) {
      continue;
    }
    const label = task.label ?? task.taskName ?? command;
    const definition: Definition = {
      type: TYPE,
      command: inContainer(command, inside),
      ...(task.options?.cwd === undefined ? {} : { cwd: task.options.cwd }),
      ...(task.options?.env === undefined ? {} : { env: task.options.env }),
    };
    const matchers = matchersOf(task) ?? MATCHERS;
    tasks.push(made(context, folder, definition, `${label} (in the GPU container)`, matchers));
  }
  return tasks;
}

function made(
  context: Context,
  folder: vscode.WorkspaceFolder,
  definition: Definition,
  name: string,
  matchers: string[],
): vscode.Task {
  const { command, cwd, env, keep } = definition;
  const isDefault = command === undefined || command.length === 0;
  // A command that stays is a session of its own; another ends with its terminal.
  const verb = isDefault || keep ? 'run' : 'exec';
  const words = isDefault ? [] : typeof command === 'string' ? ['sh', '-c', command] : command;
  const variables = Object.entries(env ?? {}).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ]);
  const execution = new vscode.ProcessExecution(
    context.server.path,
    [
      '--workspace',
      folder.uri.fsPath,
      verb,
      ...variables,
      ...(words.length > 0 ? ['--', ...words] : []),
    ],
    { cwd: cwd ?? folder.uri.fsPath, env: context.server.added },
  );
  const task = new vscode.Task(definition, folder, name, TYPE, execution, matchers);
  task.detail = isDefault ? 'What the image runs by default' : words.join(' ');
  // Not the echo: it would be a long path of this machine.
  task.presentationOptions = { echo: false, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}
