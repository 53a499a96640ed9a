// Stop Container.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.stop', async (argument?: unknown) => {
    const folder = await context.folders.pick(argument);
    if (folder === undefined) {
      return;
    }
    try {
      await stop(context, folder);
    } catch (error) {
      await showFailure(context.log, 'Stop Container', error);
    }
  });
}

async function stop(context: Context, folder: vscode.WorkspaceFolder): Promise<void> {
  const status = await context.folders.refresh(folder);
  if (status.id === null) {
    return;
  }
  const running = status.sessions.filter((session) => session.state !== 'exited');
  const detail = [
    'What was written in it outside of the workspace folder goes with it.',
    ...running.map((session) => `Ends: ${session.name} (${session.command.join(' ')})`),
  ].join('\n');
  const pressed = await vscode.window.showWarningMessage(
    `Stop and remove ${status.name ?? 'the container'}?`,
    { modal: true, detail },
    'Stop Container',
  );
  if (pressed === undefined) {
    return;
  }
  context.folders.setWish(folder, 'local');
  const location = vscode.ProgressLocation.Window;
  const workspace = folder.uri.fsPath;
  await vscode.window.withProgress({ location, title: 'Stopping the container' }, () =>
    context.server.request('container/down', { workspace }),
  );
  await context.folders.refresh(folder);
}
