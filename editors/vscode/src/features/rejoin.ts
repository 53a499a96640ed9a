// A window that opens or reloads: what it wants is known, what there is the daemon says.

import * as vscode from 'vscode';
import { DOCUMENTS } from '../client';
import type { Context } from '../context';
import { unlinked } from '../failure';
import { ensureFollowing, follows } from '../follow';
import { applyTargets } from '../target';
import { bringUp } from '../up';

/** The release whose shim was installed last. */
const SHIM_RELEASE = 'shimRelease';

/** Files that a container may be made from. */
const SOURCES =
  '{,docker/,.devcontainer/,.devcontainer/*/}{Dockerfile*,*.Dockerfile,Containerfile,devcontainer.json,.devcontainer.json}';

export function register(context: Context): vscode.Disposable {
  void begin(context);
  const selector = DOCUMENTS.map((document) => ({ ...document }));
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (vscode.languages.match(selector, document) > 0) {
        void start(context);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      await context.server.restart();
      await begin(context);
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (
        change.affectsConfiguration('warpdock.path') ||
        change.affectsConfiguration('warpdock.environment')
      ) {
        await context.server.restart();
      }
    }),
  );
}

async function begin(context: Context): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    if (await hasSomethingToRead()) {
      await start(context);
    }
    return;
  }
  applyTargets(context);
  const wanted = context.folders.all.filter((folder) => context.folders.inContainer(folder));
  if (wanted.length > 0 || (await hasSomethingToRead())) {
    await start(context);
  }
  await renewShim(context);
  await Promise.all(wanted.map((folder) => rejoin(context, folder)));
}

/** The server's absence is its own message; what needs it will say so. */
async function start(context: Context): Promise<void> {
  try {
    await context.server.start();
  } catch (error) {
    context.log.error(error instanceof Error ? error : String(error));
  }
}

async function hasSomethingToRead(): Promise<boolean> {
  const selector = DOCUMENTS.map((document) => ({ ...document }));
  const isOpen = vscode.workspace.textDocuments.some(
    (document) => vscode.languages.match(selector, document) > 0,
  );
  return isOpen || (await vscode.workspace.findFiles(SOURCES, undefined, 1)).length > 0;
}

/** An update of the extension brings a new shim; terminals that are open keep theirs. */
async function renewShim(context: Context): Promise<void> {
  const release = String(context.extension.extension.packageJSON.version);
  const { globalState } = context.extension;
  if (!follows() || globalState.get<string>(SHIM_RELEASE) === release) {
    return;
  }
  try {
    if (await ensureFollowing(context)) {
      await globalState.update(SHIM_RELEASE, release);
    }
  } catch (error) {
    context.log.warn(`the terminal profile is not renewed: ${error}`);
  }
}

async function rejoin(context: Context, folder: vscode.WorkspaceFolder): Promise<void> {
  let state: string;
  try {
    state = (await context.folders.refresh(folder)).state;
  } catch (error) {
    context.log.warn(`${folder.name}: ${error instanceof Error ? error.message : error}`);
    return;
  }
  switch (state) {
    case 'running':
      return;
    case 'starting':
      await bringUp(context, folder, 'Reopening in GPU container');
      return;
    default: {
      const pressed = await vscode.window.showWarningMessage(
        unlinked(`The container of ${folder.name} does not run any more.`),
        'Reopen in GPU Container',
        'Reopen Locally',
      );
      switch (pressed) {
        case 'Reopen in GPU Container':
          await vscode.commands.executeCommand('warpdock.reopenInContainer', folder.uri);
          return;
        case 'Reopen Locally':
          context.folders.setWish(folder, 'local');
          return;
      }
    }
  }
}
