// The pages about lint rules, which diagnostics link to as `warpdock:rules/CODE`. The program has
// them, so that they are there without a network.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Context } from '../context';

const SCHEME = 'warpdock';

export function register(context: Context): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => page(context, uri),
    }),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (document.uri.scheme === SCHEME && document.languageId !== 'markdown') {
        void vscode.languages.setTextDocumentLanguage(document, 'markdown');
      }
    }),
  );
}

async function page(context: Context, uri: vscode.Uri): Promise<string | undefined> {
  const code = /^\/?rules\/([A-Z]+\d+)$/.exec(uri.path)?.[1];
  if (code === undefined) {
    return undefined;
  }
  const { path, environment } = context.server;
  const run = promisify(execFile);
  const { stdout } = await run(path, ['lint', '--explain', code], { env: environment });
  return stdout;
}
