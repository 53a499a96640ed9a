// Questions about what a project wants to do on this machine.

import * as vscode from 'vscode';
import { visible } from './failure';

/** Asks whether the person agrees to `text`, which the project wants outside the container. */
export async function agree(
  folder: vscode.WorkspaceFolder,
  message: string,
  text: string,
): Promise<boolean> {
  const about = message.endsWith(text) ? message.slice(0, -text.length).trimEnd() : message;
  const lines = visible(text)
    .split('\n')
    .map((line) => `│ ${line}`);
  const pressed = await vscode.window.showWarningMessage(
    `${folder.name} wants to reach out of its container. Do you agree?`,
    {
      modal: true,
      detail: `${visible(about)}\n\n${lines.join('\n')}\n\nYou are asked again only when this text changes.`,
    },
    'Agree',
  );
  return pressed === 'Agree';
}
