// Run Default Command: what the image runs by default, as a task whose session stays.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import { unlinked } from '../failure';
import { bringUp } from '../up';
import { attach } from './sessions';
import { defaultTask } from './tasks';

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand(
    'warpdock.runDefaultCommand',
    async (argument?: unknown) => {
      const folder = await context.folders.pick(argument);
      if (folder === undefined) {
        return;
      }
      const up = await bringUp(context, folder, 'Starting the GPU container');
      if (up === undefined) {
        return;
      }
      try {
        await run(context, folder);
      } catch (error) {
        await showFailure(context.log, 'Run Default Command', error);
      }
    },
  );
}

async function run(context: Context, folder: vscode.WorkspaceFolder): Promise<void> {
  const workspace = folder.uri.fsPath;
  const { argv, image } = await context.server.request('container/defaultCommand', { workspace });
  if (argv.length === 0) {
    const pressed = await vscode.window.showWarningMessage(
      unlinked(`${image} runs nothing by default: it has neither CMD nor ENTRYPOINT.`),
      'New GPU Terminal',
    );
    if (pressed !== undefined) {
      await vscode.commands.executeCommand('warpdock.newTerminal', folder.uri);
    }
    return;
  }
  const line = JSON.stringify(argv);
  const sessions = await context.server.request('container/sessions', { workspace });
  const running = sessions.find(
    (session) => session.state === 'running' && JSON.stringify(session.command) === line,
  );
  if (running !== undefined) {
    const pressed = await vscode.window.showInformationMessage(
      unlinked(`${argv.join(' ')} runs already, as ${running.name}.`),
      'Attach',
      'Run Another',
    );
    if (pressed === 'Attach') {
      attach(context, folder, running);
    }
    if (pressed !== 'Run Another') {
      return;
    }
  }
  await vscode.tasks.executeTask(defaultTask(context, folder));
}
