// Attach to a Session: terminals and commands that go on in the container.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import type { Session } from '../protocol';

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.sessions', async (argument?: unknown) => {
    const folder = await context.folders.pick(argument);
    if (folder === undefined) {
      return;
    }
    try {
      const { sessions } = await context.folders.refresh(folder);
      const session = await pick(sessions.filter((session) => session.state === 'running'));
      if (session !== undefined) {
        attach(context, folder, session);
      }
    } catch (error) {
      await showFailure(context.log, 'Attach to a Session', error);
    }
  });
}

/** Shows a session in a terminal of its own. */
export function attach(context: Context, folder: vscode.WorkspaceFolder, session: Session): void {
  const terminal = vscode.window.createTerminal({
    name: session.name,
    iconPath: new vscode.ThemeIcon('vm'),
    cwd: folder.uri,
    shellPath: context.server.path,
    shellArgs: ['--workspace', folder.uri.fsPath, 'attach', String(session.id)],
    env: context.server.added,
  });
  terminal.show();
}

async function pick(sessions: Session[]): Promise<Session | undefined> {
  if (sessions.length === 0) {
    void vscode.window.showInformationMessage('Nothing runs in the container.');
    return undefined;
  }
  const items = sessions.map((session) => ({
    label: session.name,
    description: session.command.join(' '),
    detail: `${session.user}, since ${new Date(session.started * 1000).toLocaleString()}, ${
      session.clients === 0 ? 'nobody watches' : `watched by ${session.clients}`
    }`,
    session,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Which session?' });
  return picked?.session;
}
