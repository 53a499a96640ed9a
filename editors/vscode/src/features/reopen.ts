// Reopen in GPU Container, and Reopen Locally. The window stays: what moves is where its new
// terminals and tasks go.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import { unlinked } from '../failure';
import { ensureFollowing, follows, stopFollowing } from '../follow';
import { applyTargets } from '../target';
import { type Brought, bringUp } from '../up';

export function register(context: Context): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('warpdock.reopenInContainer', (argument?: unknown) =>
      reopenInContainer(context, argument),
    ),
    vscode.commands.registerCommand('warpdock.reopenLocally', (argument?: unknown) =>
      reopenLocally(context, argument),
    ),
    vscode.commands.registerCommand('warpdock.restoreTerminals', () => restoreTerminals(context)),
    context.folders.onDidChange(() => applyTargets(context)),
    vscode.workspace.onDidChangeWorkspaceFolders(() => applyTargets(context)),
  );
}

async function reopenInContainer(context: Context, argument: unknown): Promise<void> {
  const folder = await context.folders.pick(argument);
  if (folder === undefined) {
    return;
  }
  const isFollowing = await followed(context);
  const up = await bringUp(context, folder, 'Reopening in GPU container');
  if (up === undefined) {
    return;
  }
  context.folders.setWish(folder, 'container');
  void welcome(folder, up, isFollowing);
}

/** The window goes into its container even where its terminals cannot follow. */
async function followed(context: Context): Promise<boolean> {
  try {
    return await ensureFollowing(context);
  } catch (error) {
    // The way on does not wait for somebody to close the notice.
    void showFailure(context.log, 'New terminals stay local', error);
    return false;
  }
}

async function welcome(
  folder: vscode.WorkspaceFolder,
  up: Brought,
  isFollowing: boolean,
): Promise<void> {
  const gpu = up.status.gpu?.text;
  const where = isFollowing
    ? 'New terminals of this window open in the container.'
    : 'New GPU Terminal opens a terminal in it.';
  const changes = up.changes.map((change) => change.what).join(', ');
  const changed = changes ? ` The configuration has changed since it was made (${changes}).` : '';
  const buttons = ['New Terminal', ...(changes ? ['Rebuild'] : [])];
  const pressed = await vscode.window.showInformationMessage(
    unlinked(
      `${folder.name} is in its container (${up.took})${gpu ? `: ${gpu}` : ''}. ${where}${changed}`,
    ),
    ...buttons,
  );
  switch (pressed) {
    case 'New Terminal':
      await vscode.commands.executeCommand('warpdock.newTerminal', folder.uri);
      return;
    case 'Rebuild':
      await vscode.commands.executeCommand('warpdock.rebuild', folder.uri);
      return;
  }
}

async function reopenLocally(context: Context, argument: unknown): Promise<void> {
  const inside = context.folders.all.filter((folder) => context.folders.inContainer(folder));
  const folder = inside.length === 1 ? inside[0] : await context.folders.pick(argument);
  if (folder === undefined) {
    return;
  }
  context.folders.setWish(folder, 'local');
  const status = context.folders.status(folder);
  if (status?.state !== 'running') {
    return;
  }
  const pressed = await vscode.window.showInformationMessage(
    'New terminals open on this machine. The container goes on, and so do the terminals that are in it.',
    'Stop Container',
  );
  if (pressed !== undefined) {
    await vscode.commands.executeCommand('warpdock.stop', folder.uri);
  }
}

async function restoreTerminals(context: Context): Promise<void> {
  if (!follows()) {
    return;
  }
  for (const folder of context.folders.all) {
    if (context.folders.inContainer(folder)) {
      context.folders.setWish(folder, 'local');
    }
  }
  try {
    await stopFollowing(context);
  } catch (error) {
    await showFailure(context.log, 'The default terminal cannot be restored', error);
    return;
  }
  void vscode.window.showInformationMessage(
    'Your default terminal is as it was before. Terminals that are in a container stay there until they are closed.',
  );
}
