// What every feature gets.

import type * as vscode from 'vscode';
import type { Server } from './client';
import type { Folders } from './folders';

export interface Context {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly server: Server;
  readonly folders: Folders;
}
