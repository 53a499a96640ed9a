// The extension: buttons. What a second editor would have to repeat is the server's.

import * as vscode from 'vscode';
import { Server } from './client';
import type { Context } from './context';
import * as build from './features/build';
import * as doctor from './features/doctor';
import * as explain from './features/explain';
import * as keys from './features/keys';
import * as links from './features/links';
import * as log from './features/log';
import * as menu from './features/menu';
import * as rejoin from './features/rejoin';
import * as reopen from './features/reopen';
import * as rules from './features/rules';
import * as runDefault from './features/run_default';
import * as sessions from './features/sessions';
import * as statusBar from './features/status_bar';
import * as stop from './features/stop';
import * as tasks from './features/tasks';
import * as terminals from './features/terminals';
import { Folders } from './folders';
import { progressed } from './progress';

const FEATURES = [
  build,
  doctor,
  explain,
  keys,
  links,
  log,
  menu,
  reopen,
  rules,
  runDefault,
  sessions,
  statusBar,
  stop,
  tasks,
  terminals,
  // Last: what it finds is shown by the others.
  rejoin,
];

let server: Server | undefined;

export function activate(extension: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Warpdock', { log: true });
  server = new Server(extension, log);
  const folders = new Folders(server, log, extension.storageUri);
  server.on('container/progressed', progressed);
  const context: Context = { extension, log, server, folders };
  extension.subscriptions.push(log, server, folders);
  for (const feature of FEATURES) {
    extension.subscriptions.push(feature.register(context));
  }
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
