// Show Log.

import * as vscode from 'vscode';
import type { Context } from '../context';

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.showLog', () => context.log.show(true));
}
