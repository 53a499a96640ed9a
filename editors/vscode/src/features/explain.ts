// Explain docker run: the line equal to this workspace's configuration, or what a given line does.

import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import { unlinked } from '../failure';
import { showPage } from '../pages';
import { folded } from '../reports';

const IS_DOCKER_LINE = /^\s*(sudo\s+)?(docker|podman|nvidia-docker)\s/;

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.explain', async (argument?: unknown) => {
    const folder = await context.folders.pick(argument);
    if (folder === undefined) {
      return;
    }
    try {
      await explain(context, folder);
    } catch (error) {
      await showFailure(context.log, 'Explain docker run', error);
    }
  });
}

async function explain(context: Context, folder: vscode.WorkspaceFolder): Promise<void> {
  const ours = {
    label: `The line equal to ${folder.name}`,
    detail: 'What its Dockerfile, devcontainer.json, .env and settings come to',
  };
  const pasted = {
    label: 'A line of yours…',
    detail: 'What each flag does, and the configuration that says the same',
  };
  const picked = await vscode.window.showQuickPick([ours, pasted], {
    placeHolder: 'Which docker run line?',
  });
  const workspace = folder.uri.fsPath;
  switch (picked) {
    case ours: {
      const { text } = await context.server.request('config/explain', { workspace });
      await showPage(`docker run of ${folder.name}.sh`, `${folded(text.trim())}\n`);
      return;
    }
    case pasted: {
      const dockerRun = await line();
      if (dockerRun) {
        const params = { workspace, dockerRun };
        const explanation = await context.server.request('config/explain', params);
        await showPage('docker run, explained.txt', explanation.text);
        await offer(folder, explanation.devcontainer);
      }
      return;
    }
  }
}

async function line(): Promise<string | undefined> {
  // A browser asks for permission and complains without it, which is not worth it.
  const isBrowser = vscode.env.uiKind === vscode.UIKind.Web;
  const clipboard = isBrowser ? '' : await vscode.env.clipboard.readText();
  // A line that was continued with backslashes is one line.
  const value = clipboard.replace(/\\\r?\n\s*/g, ' ').trim();
  return vscode.window.showInputBox({
    title: 'Explain docker run',
    placeHolder: 'docker run --gpus all -it --rm -v /data/project:/app my_gpu_env:1229 /bin/bash',
    ...(IS_DOCKER_LINE.test(value) && !value.includes('\n') ? { value } : {}),
    ignoreFocusOut: true,
  });
}

/** Writes the configuration that says the same where there is none yet, if the person wants. */
async function offer(folder: vscode.WorkspaceFolder, devcontainer: string | null): Promise<void> {
  const file = vscode.Uri.joinPath(folder.uri, '.devcontainer', 'devcontainer.json');
  const isThere = existsSync(file.fsPath);
  if (devcontainer === null || isThere || !vscode.workspace.isTrusted) {
    return;
  }
  const pressed = await vscode.window.showInformationMessage(
    unlinked(
      `${folder.name} has no devcontainer.json. The page ends with one that says the same as your line.`,
    ),
    'Create It',
  );
  if (pressed !== undefined) {
    await vscode.workspace.fs.writeFile(file, Buffer.from(devcontainer));
    await vscode.window.showTextDocument(file);
  }
}
