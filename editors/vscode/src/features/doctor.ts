// Doctor: the checks of the machine, as a page.

import * as vscode from 'vscode';
import type { Context } from '../context';
import { showFailure } from '../errors';
import { showPage } from '../pages';
import { report } from '../reports';

export function register(context: Context): vscode.Disposable {
  return vscode.commands.registerCommand('warpdock.doctor', async () => {
    const workspace = context.folders.all[0]?.uri.fsPath;
    const params = workspace === undefined ? {} : { workspace };
    const location = vscode.ProgressLocation.Window;
    try {
      const lines = await vscode.window.withProgress(
        { location, title: 'Checking this machine' },
        () => context.server.request('doctor/run', params),
      );
      await showPage('Doctor.txt', report(lines));
    } catch (error) {
      await showFailure(context.log, 'Doctor', error);
    }
  });
}
