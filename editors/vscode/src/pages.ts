// Texts that are shown and not kept: read-only documents.

import * as vscode from 'vscode';

const SCHEME = 'warpdock-page';

const texts = new Map<string, string>();
const changed = new vscode.EventEmitter<vscode.Uri>();
let provider: vscode.Disposable | undefined;

/** Shows a text under a name; the same name shows the new text in the same tab. */
export async function showPage(name: string, text: string): Promise<void> {
  provider ??= vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
  texts.set(uri.path, text);
  changed.fire(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

/** Forgets the pages. */
export function dispose(): void {
  provider?.dispose();
  provider = undefined;
  texts.clear();
}
