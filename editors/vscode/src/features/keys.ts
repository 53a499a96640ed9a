// Context keys, so that the palette shows only what applies.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { follows } from '../follow';

export function register(context: Context): vscode.Disposable {
  const said = new Map<string, boolean>();
  const say = (key: string, value: boolean) => {
    if (said.get(key) !== value) {
      said.set(key, value);
      void vscode.commands.executeCommand('setContext', `warpdock.${key}`, value);
    }
  };
  const sayAll = () => {
    const { folders } = context;
    const all = folders.all;
    const inside = all.filter((folder) => folders.inContainer(folder));
    const states = all.map((folder) => folders.status(folder)?.state);
    say('inContainer', inside.length > 0);
    say('allInContainer', inside.length > 0 && inside.length === all.length);
    say('running', states.includes('running'));
    say(
      'exists',
      states.some((state) => state !== undefined && state !== 'absent'),
    );
    say('terminalsFollow', follows());
  };
  sayAll();
  return vscode.Disposable.from(
    context.folders.onDidChange(sayAll),
    vscode.workspace.onDidChangeWorkspaceFolders(sayAll),
    vscode.workspace.onDidChangeConfiguration(sayAll),
  );
}
