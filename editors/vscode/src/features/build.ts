// Build, Rebuild, and Rebuild Without Cache.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import { unlinked } from '../failure';
import { bringUp, type Wanted } from '../up';

export function register(context: Context): vscode.Disposable {
  const command = (
    id: string,
    run: (folder: vscode.WorkspaceFolder, dockerfile?: string) => Promise<void>,
  ) =>
    vscode.commands.registerCommand(id, async (argument?: unknown, dockerfile?: unknown) => {
      const folder = await context.folders.pick(argument);
      if (folder !== undefined) {
        await run(folder, typeof dockerfile === 'string' ? dockerfile : undefined);
      }
    });
  return vscode.Disposable.from(
    command('warpdock.build', (folder, dockerfile) => build(context, folder, dockerfile)),
    command('warpdock.rebuild', (folder) => rebuild(context, folder, { rebuild: true })),
    command('warpdock.rebuildWithoutCache', (folder) =>
      rebuild(context, folder, { rebuild: true, noCache: true }),
    ),
  );
}

/** Builds the project's image, or that of another Dockerfile of the folder. */
async function build(
  context: Context,
  folder: vscode.WorkspaceFolder,
  dockerfile?: string,
): Promise<void> {
  const wanted = { buildOnly: true, ...(dockerfile !== undefined && { dockerfile }) };
  const up = await bringUp(context, folder, 'Building the image', wanted);
  if (up === undefined) {
    return;
  }
  if (dockerfile !== undefined) {
    const name = vscode.workspace.asRelativePath(dockerfile, false);
    void vscode.window.showInformationMessage(
      unlinked(`${name} is built. The container of ${folder.name} is made from another image.`),
    );
    return;
  }
  const { state } = await context.folders.refresh(folder);
  if (state === 'absent') {
    void vscode.window.showInformationMessage(unlinked(`The image of ${folder.name} is ready.`));
    return;
  }
  const pressed = await vscode.window.showInformationMessage(
    unlinked(
      `The image of ${folder.name} is ready. The container is as it was; Rebuild makes a new one.`,
    ),
    'Rebuild',
  );
  if (pressed !== undefined) {
    await vscode.commands.executeCommand('warpdock.rebuild', folder.uri);
  }
}

async function rebuild(
  context: Context,
  folder: vscode.WorkspaceFolder,
  wanted: Wanted,
): Promise<void> {
  if (!(await mayEnd(context, folder))) {
    return;
  }
  const up = await bringUp(context, folder, 'Rebuilding the GPU container', wanted);
  if (up !== undefined) {
    void vscode.window.showInformationMessage(unlinked(`The container of ${folder.name} is new.`));
  }
}

/** A new container ends what runs in the old one. */
async function mayEnd(context: Context, folder: vscode.WorkspaceFolder): Promise<boolean> {
  try {
    const { sessions } = await context.folders.refresh(folder);
    const running = sessions.filter((session) => session.state !== 'exited');
    if (running.length === 0) {
      return true;
    }
    const pressed = await vscode.window.showWarningMessage(
      'Rebuilding ends what runs in the container.',
      {
        modal: true,
        detail: running.map((it) => `${it.name}: ${it.command.join(' ')}`).join('\n'),
      },
      'Rebuild',
    );
    return pressed !== undefined;
  } catch (error) {
    await showFailure(context.log, 'Rebuild', error);
    return false;
  }
}
