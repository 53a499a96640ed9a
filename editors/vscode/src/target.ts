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
  set(all, only !== undefined && context.folders.inContainer(only) ? only.uri.fsPath : undefined);
  for (const folder of folders) {
    // Where there is one folder its own variable is gone, which may be left from when there were more.
    const isIn = only === undefined && context.folders.inContainer(folder);
    set(all.getScoped({ workspaceFolder: folder }), isIn ? folder.uri.fsPath : undefined);
  }
}

function set(collection: vscode.EnvironmentVariableCollection, wanted: string | undefined): void {
  // An editor that was started in a terminal of another window may have that one's.
  const target = wanted ?? (process.env[VARIABLE] ? '' : undefined);
  if (collection.get(VARIABLE)?.value === target) {
    return;
  }
  if (target === undefined) {
    collection.delete(VARIABLE);
    return;
  }
  collection.persistent = true;
  collection.description =
    target === ''
      ? 'New terminals open on this machine.'
      : 'New terminals open in the GPU container of this folder.';
  collection.replace(VARIABLE, target);
}
