// Where things are: the project, what the tests keep, the VS Code that scripts/vscode.sh made.

import * as path from 'node:path';

export const repository = path.resolve(import.meta.dirname, '../../..');

/** What the tests keep between runs and leave behind; git ignores it. */
export const state = process.env.WARPDOCK_TEST_FOLDER ?? path.join(repository, '.warpdock-test');

export const screenshots = path.join(state, 'screenshots');

/** The value of a variable that scripts/test.sh sets. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set; scripts/test.sh editors sets it and runs these tests`);
  }
  return value;
}
