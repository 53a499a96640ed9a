// Failures, for the person who reads them. The server says what happened, what to do, and which
// buttons help; nothing here knows what kinds of failures there are.

import * as vscode from 'vscode';
import { type Button, buttons, failureIn, sentence, unlinked } from './failure';
import type { Failure } from './protocol';

/** Shows a failure with its buttons; answers with the button that was pressed. */
export async function showFailure(
  log: vscode.LogOutputChannel,
  what: string,
  error: unknown,
): Promise<Button | undefined> {
  const failure = failureIn(error);
  if (failure === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(`${what}: ${message}`);
    const pressed = await vscode.window.showErrorMessage(
      unlinked(`${what}: ${message}`),
      'Show Log',
    );
    if (pressed !== undefined) {
      log.show(true);
    }
    return undefined;
  }
  write(log, what, failure);
  const offered = buttons(failure);
  const titles = offered.map((button) => button.title);
  const pressed = await vscode.window.showErrorMessage(sentence(failure), ...titles, 'Show Log');
  if (pressed === 'Show Log') {
    log.show(true);
    return undefined;
  }
  return offered.find((button) => button.title === pressed);
}

function write(log: vscode.LogOutputChannel, what: string, failure: Failure): void {
  log.error(`${what}: ${failure.message}`);
  for (const line of failure.detail?.split('\n') ?? []) {
    log.error(`  | ${line}`);
  }
  for (const problem of failure.problems) {
    log.error(`  ${problem.place}: ${problem.message}`);
    if (problem.remedy !== null) {
      log.error(`    -> ${problem.remedy}`);
    }
  }
  for (const step of failure.remedy) {
    log.error(`  -> ${step}`);
  }
}
