// The status bar's menu: what can be done now.

import * as vscode from 'vscode';
import type { Context } from '../context';

interface Item extends vscode.QuickPickItem {
  readonly command?: string;
}

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.menu', async (argument?: unknown) => {
    const folder = await context.folders.pick(argument);
    if (folder === undefined) {
      return;
    }
    const placeHolder = context.folders.status(folder)?.gpu?.text ?? folder.name;
    const picked = await vscode.window.showQuickPick(items(context, folder), { placeHolder });
    if (picked?.command !== undefined) {
      await vscode.commands.executeCommand(picked.command, folder.uri);
    }
  });
}

function items(context: Context, folder: vscode.WorkspaceFolder): Item[] {
  const state = context.folders.status(folder)?.state ?? 'absent';
  const isIn = context.folders.inContainer(folder);
  const item = (icon: string, label: string, command: string, description = ''): Item => ({
    label: `$(${icon}) ${label}`,
    command: `warpdock.${command}`,
    description,
  });
  const all: Item[] = [];
  if (!isIn || state !== 'running') {
    all.push(item('vm-connect', 'Reopen in GPU Container', 'reopenInContainer'));
  }
  if (isIn) {
    all.push(item('vm-outline', 'Reopen Locally', 'reopenLocally', 'the container goes on'));
  }
  all.push(item('terminal', 'New GPU Terminal', 'newTerminal'));
  all.push(item('play', 'Run Default Command', 'runDefaultCommand'));
  if (state === 'running') {
    all.push(item('list-unordered', 'Attach to a Session…', 'sessions'));
  }
  all.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
  all.push(item('tools', 'Rebuild', 'rebuild'));
  if (state !== 'absent') {
    all.push(item('debug-stop', 'Stop Container', 'stop'));
  }
  all.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
  all.push(item('question', 'Explain docker run', 'explain'));
  all.push(item('pulse', 'Doctor', 'doctor'));
  all.push(item('output', 'Show Log', 'showLog'));
  return all;
}
