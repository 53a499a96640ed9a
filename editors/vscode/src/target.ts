// Tells the shim, by an environment variable of this window's terminals, whose container they go
// into. A change of it relaunches terminals that nobody has typed in, so that it is set on
// difference only.

import * as vscode from 'vscode';
import type { Context } from './context';

/** What the shim reads: the workspace folder whose container is meant. */
export const VARIABLE = 'WARPDOCK_TARGET';

/** Brings the variables in line with what is wanted of each folder. */
export function applyTargets(context: Context): void {
  const all = context.extension.environmentVariableCollection;
  const folders = context.folders.all;
  const only = (vscode.workspace.workspaceFolders?.length ?? 0) === 1 ? folders[0] : undefined;
  const { added } = context.server;
  const isIn = only !== undefined && context.folders.inContainer(only);
  set(all, isIn ? only.uri.fsPath : undefined, added);
  for (const folder of folders) {
    // Where there is one folder its own variable is gone, which may be left from when there were more.
    const isIn = only === undefined && context.folders.inContainer(folder);
    set(all.getScoped({ workspaceFolder: folder }), isIn ? folder.uri.fsPath : undefined, added);
  }
}

function set(
  collection: vscode.EnvironmentVariableCollection,
  target: string | undefined,
  added: Record<string, string>,
): void {
  const wanted = new Map<string, string>();
  if (target !== undefined) {
    // The shim asks the engine that the window asks.
    for (const [name, value] of Object.entries(added)) {
      wanted.set(name, value);
    }
    wanted.set(VARIABLE, target);
  } else if (process.env[VARIABLE]) {
    // The editor was started in a terminal of another window, and has that one's.
    wanted.set(VARIABLE, '');
  }
  const present = new Map<string, string>();
  collection.forEach((name, { value }) => {
    present.set(name, value);
  });
  for (const name of present.keys()) {
    if (!wanted.has(name)) {
      collection.delete(name);
    }
  }
  for (const [name, value] of wanted) {
    if (present.get(name) !== value) {
      collection.persistent = true;
      collection.description =
        target === undefined
          ? 'New terminals open on this machine.'
          : 'New terminals open in the GPU container of this folder.';
      collection.replace(name, value);
    }
  }
}
