// New GPU Terminal, and the profile GPU Container in the terminal's menu.
//
// Neither is the default profile: a contributed default would break the reattaching of terminals.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { installShim } from '../follow';
import { VARIABLE } from '../target';
import { bringUp } from '../up';

export function register(context: Context): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('warpdock.newTerminal', async (argument?: unknown) => {
      const options = await inContainer(context, argument);
      if (options !== undefined) {
        vscode.window.createTerminal(options).show();
      }
    }),
    vscode.window.registerTerminalProfileProvider('warpdock.terminal', {
      provideTerminalProfile: async () => {
        const options = await inContainer(context, undefined);
        // Without a profile VS Code says that there is none; why was said already.
        return options && new vscode.TerminalProfile(options);
      },
    }),
  );
}

async function inContainer(
  context: Context,
  argument: unknown,
): Promise<vscode.TerminalOptions | undefined> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage('Containers start in trusted windows only.');
    return undefined;
  }
  const folder = await context.folders.pick(argument);
  if (folder === undefined) {
    return undefined;
  }
  if (context.folders.status(folder)?.state !== 'running') {
    const up = await bringUp(context, folder, 'Starting the GPU container');
    if (up === undefined) {
      return undefined;
    }
  }
  const shared = {
    name: 'GPU Container',
    iconPath: new vscode.ThemeIcon('vm'),
    cwd: folder.uri,
  };
  try {
    // Through the shim, because VS Code's shell integration knows shells by their names.
    const { bash } = await installShim(context);
    if (bash !== undefined) {
      const env = { ...context.server.added, [VARIABLE]: folder.uri.fsPath };
      return { ...shared, shellPath: bash, env };
    }
  } catch (error) {
    context.log.warn(`a terminal without shell integration: ${error}`);
  }
  const shellArgs = ['--workspace', folder.uri.fsPath, 'shell'];
  return { ...shared, shellPath: context.server.path, shellArgs, env: context.server.added };
}
