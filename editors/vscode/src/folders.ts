// What this window knows of its workspace folders: what the daemon says of each one's container,
// and whether the window's terminals are wanted in it.
//
// The daemon is the truth about containers. What is wanted is the window's own, and is kept on the
// machine of the folder, because a browser's storage may be another one the next time.

import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Server } from './client';
import type { Status } from './protocol';

/** Where new terminals of a folder are wanted. */
export type Wish = 'container' | 'local';

export class Folders implements vscode.Disposable {
  private readonly server: Server;
  private readonly log: vscode.LogOutputChannel;
  private readonly store: vscode.Uri | undefined;
  private readonly wishes: Map<string, Wish>;
  private readonly statuses = new Map<string, Status>();
  private readonly changed = new vscode.EventEmitter<void>();

  /** A status or a wish has changed. */
  readonly onDidChange = this.changed.event;

  constructor(server: Server, log: vscode.LogOutputChannel, store: vscode.Uri | undefined) {
    this.server = server;
    this.log = log;
    this.store = store;
    this.wishes = new Map(Object.entries(read(store)));
    server.on('container/statusChanged', (status) => this.learn(status));
    server.onDidStart(() => void this.refreshAll());
  }

  /** The window's folders that are on this machine. */
  get all(): vscode.WorkspaceFolder[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.filter((folder) => folder.uri.scheme === 'file');
  }

  wish(folder: vscode.WorkspaceFolder): Wish | undefined {
    return this.wishes.get(folder.uri.fsPath);
  }

  status(folder: vscode.WorkspaceFolder): Status | undefined {
    return this.statuses.get(folder.uri.fsPath);
  }

  /** Terminals of this folder open in its container. */
  inContainer(folder: vscode.WorkspaceFolder): boolean {
    return this.wish(folder) === 'container';
  }

  setWish(folder: vscode.WorkspaceFolder, wish: Wish): void {
    if (this.wish(folder) === wish) {
      return;
    }
    this.wishes.set(folder.uri.fsPath, wish);
    if (this.store !== undefined) {
      try {
        mkdirSync(this.store.fsPath, { recursive: true });
        writeFileSync(file(this.store), JSON.stringify(Object.fromEntries(this.wishes)));
      } catch (error) {
        this.log.warn(`what this window wants cannot be kept: ${error}`);
      }
    }
    this.changed.fire();
  }

  /** Takes over what the daemon says. */
  learn(status: Status): void {
    for (const folder of this.all) {
      if (isAt(folder.uri.fsPath, status.workspace)) {
        this.statuses.set(folder.uri.fsPath, status);
        this.changed.fire();
      }
    }
  }

  /** Asks the daemon. */
  async refresh(folder: vscode.WorkspaceFolder): Promise<Status> {
    const workspace = folder.uri.fsPath;
    const status = await this.server.request('container/status', { workspace });
    this.statuses.set(workspace, status);
    this.changed.fire();
    return status;
  }

  /** The folder that is meant: the only one, that of the argument, or the one that is picked. */
  async pick(argument?: unknown): Promise<vscode.WorkspaceFolder | undefined> {
    const uri = place(argument);
    if (uri?.scheme === 'file') {
      const named = vscode.workspace.getWorkspaceFolder(uri);
      if (named === undefined) {
        void vscode.window.showInformationMessage(
          'That file is in no folder of this window. Open its folder: a container is made from it.',
        );
      }
      return named;
    }
    const all = this.all;
    if (all.length === 0) {
      void vscode.window.showInformationMessage(
        'Open a folder first: a container is made from it.',
      );
      return undefined;
    }
    if (all.length === 1) {
      return all[0];
    }
    const picked = await vscode.window.showQuickPick(
      all.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder })),
      { placeHolder: 'Which folder?' },
    );
    return picked?.folder;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async refreshAll(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      return;
    }
    for (const folder of this.all) {
      try {
        await this.refresh(folder);
      } catch (error) {
        this.log.info(`${folder.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}

/** The file or folder that an argument of a command names. */
function place(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) {
    return argument;
  }
  if (typeof argument !== 'string') {
    return undefined;
  }
  return argument.startsWith('file:') ? vscode.Uri.parse(argument) : vscode.Uri.file(argument);
}

/** The daemon names a folder by what its symlinks lead to. */
function isAt(path: string, workspace: string): boolean {
  if (path === workspace) {
    return true;
  }
  try {
    return realpathSync(path) === workspace;
  } catch {
    return false;
  }
}

function read(store: vscode.Uri | undefined): Record<string, Wish> {
  if (store === undefined) {
    return {};
  }
  try {
    return JSON.parse(readFileSync(file(store), 'utf8'));
  } catch {
    return {};
  }
}

function file(store: vscode.Uri): string {
  return vscode.Uri.joinPath(store, 'wishes.json').fsPath;
}
