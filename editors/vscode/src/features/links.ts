// Links of places in the container (`/app/train.py:12`) to the workspace's files.

import { realpath, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Context } from '../context';
import { DEFAULT_FOLDER, type Mention, mentions, toHost } from '../paths';

/** A link that remembers what it leads to. */
class Link extends vscode.TerminalLink {
  readonly file: string;
  readonly workspace: string;
  readonly mention: Mention;

  constructor(file: string, workspace: string, mention: Mention) {
    super(mention.start, mention.length, 'Open in the editor');
    this.file = file;
    this.workspace = workspace;
    this.mention = mention;
  }
}

export function register(context: Context): vscode.Disposable {
  return vscode.window.registerTerminalLinkProvider({
    provideTerminalLinks: ({ line, terminal }) => links(context, line, terminal),
    handleTerminalLink: (link) => (link instanceof Link ? open(link) : undefined),
  });
}

async function links(context: Context, text: string, terminal: vscode.Terminal): Promise<Link[]> {
  const found: Link[] = [];
  for (const folder of inOrder(context, terminal)) {
    const workspace = folder.uri.fsPath;
    const inside = context.folders.status(folder)?.workspaceFolder ?? DEFAULT_FOLDER;
    for (const mention of mentions(text, inside)) {
      const path = toHost(mention.path, inside, workspace);
      const file = path === undefined ? undefined : await fileIn(path, workspace);
      const isTaken = found.some((link) => link.startIndex === mention.start);
      if (file !== undefined && !isTaken) {
        found.push(new Link(file, workspace, mention));
      }
    }
  }
  return found;
}

/** Of folders with the same place inside, the terminal's own comes first. */
function inOrder(context: Context, terminal: vscode.Terminal): vscode.WorkspaceFolder[] {
  const options = terminal.creationOptions;
  const cwd = terminal.shellIntegration?.cwd ?? ('cwd' in options ? options.cwd : undefined);
  const uri = typeof cwd === 'string' ? vscode.Uri.file(cwd) : cwd;
  const own = uri && vscode.workspace.getWorkspaceFolder(uri);
  const all = context.folders.all;
  return own === undefined ? all : [own, ...all.filter((folder) => folder.index !== own.index)];
}

/** A symlink that the container has made may lead anywhere: only files of the workspace count. */
async function fileIn(path: string, workspace: string): Promise<string | undefined> {
  try {
    const file = await realpath(path);
    const root = await realpath(workspace);
    const isInside = toHost(file, root, root) !== undefined;
    return isInside && (await stat(file)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

async function open({ file, workspace, mention: { line, column } }: Link): Promise<void> {
  // The container may have put a symlink there since the line was looked at.
  if ((await fileIn(file, workspace)) === undefined) {
    return;
  }
  const position = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const selection = new vscode.Range(position, position);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection });
}
