// The status bar: where this window's terminals go, the GPU, and its live memory.

import * as vscode from 'vscode';
import type { Context } from '../context';
import type { GpuUsage } from '../protocol';
import { label, tooltip, type View } from '../status_text';

/** How often the memory is asked for while somebody may look. */
const EVERY = 5000;

export function register(context: Context): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('state', vscode.StatusBarAlignment.Left, 100);
  item.name = 'Warpdock';
  item.command = 'warpdock.menu';
  const bar = new StatusBar(context, item);
  const timer = setInterval(() => void bar.ask(), EVERY);
  bar.show();
  return vscode.Disposable.from(
    item,
    new vscode.Disposable(() => clearInterval(timer)),
    context.folders.onDidChange(() => {
      bar.show();
      void bar.ask();
    }),
    vscode.window.onDidChangeWindowState(() => void bar.ask()),
    vscode.window.onDidChangeActiveTextEditor(() => bar.show()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => bar.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => bar.show()),
  );
}

class StatusBar {
  private readonly context: Context;
  private readonly item: vscode.StatusBarItem;
  private usage: { workspace: string; usage: GpuUsage; asked: number } | undefined;
  private isAsking = false;

  constructor(context: Context, item: vscode.StatusBarItem) {
    this.context = context;
    this.item = item;
  }

  show(): void {
    const folder = this.folder();
    if (folder === undefined || !vscode.workspace.isTrusted) {
      this.item.hide();
      return;
    }
    const view = this.view(folder);
    const shown = label(view);
    if (shown === undefined) {
      this.item.hide();
      return;
    }
    const { item } = this;
    item.text = shown.text;
    item.accessibilityInformation = { label: shown.spoken, role: 'button' };
    item.tooltip = new vscode.MarkdownString(tooltip(view), true);
    item.backgroundColor = shown.warns
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    item.show();
  }

  /** Asks for the memory, unless nobody can see it or it is known. */
  async ask(): Promise<void> {
    const folder = this.folder();
    if (folder === undefined || this.isAsking || !this.isLookedAt(folder)) {
      return;
    }
    const workspace = folder.uri.fsPath;
    const isFresh =
      this.usage?.workspace === workspace && Date.now() - this.usage.asked < EVERY / 2;
    if (isFresh) {
      return;
    }
    this.isAsking = true;
    try {
      const usage = await this.context.server.request('gpu/usage', { workspace });
      this.usage = { workspace, usage, asked: Date.now() };
    } catch (error) {
      this.usage = undefined;
      this.context.log.debug(`gpu/usage: ${error}`);
    } finally {
      this.isAsking = false;
    }
    this.show();
  }

  private isLookedAt(folder: vscode.WorkspaceFolder): boolean {
    const { folders } = this.context;
    const { focused, active } = vscode.window.state;
    const setting = vscode.workspace.getConfiguration('warpdock').get('statusBar.gpuMemory');
    const status = folders.status(folder);
    const hasGpu = status?.state === 'running' && status.gpu?.visible === true;
    return (focused || active) && setting === true && hasGpu && folders.inContainer(folder);
  }

  private view(folder: vscode.WorkspaceFolder): View {
    const { folders } = this.context;
    const isOfFolder = this.usage?.workspace === folder.uri.fsPath;
    return {
      name: folder.name,
      isIn: folders.inContainer(folder),
      status: folders.status(folder),
      usage: isOfFolder ? this.usage?.usage : undefined,
    };
  }

  /** Of several folders the one that is worked in. */
  private folder(): vscode.WorkspaceFolder | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const own = uri && vscode.workspace.getWorkspaceFolder(uri);
    const { folders } = this.context;
    const isOurs = own !== undefined && own.uri.scheme === 'file';
    return isOurs ? own : (folders.all.find((it) => folders.inContainer(it)) ?? folders.all[0]);
  }
}
