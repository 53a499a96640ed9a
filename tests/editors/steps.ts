// Runs an editor without a screen and reads what it reports, a JSON line a step. The editors'
// configuration is the one that docs/editors.md offers.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Home } from '../vscode/support/home.ts';
import { given, repository } from '../vscode/support/paths.ts';
import { Seen, until } from '../vscode/support/until.ts';

/** What was seen, by step. */
export type Steps = Map<string, unknown>;

/** The Dockerfile that the editors open: one instruction is misspelt. */
export const DOCKERFILE =
  'FROM warpdock-test/busybox:1\nRUNN echo hello\nCMD ["sleep", "infinity"]\n';

/** The first block of this language in docs/editors.md. */
export function configuration(language: string): string {
  const text = fs.readFileSync(path.join(repository, 'docs/editors.md'), 'utf8');
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/editors.md has no configuration in ${language}`);
  return found;
}

/** Runs an editor in a folder until it ends by itself. */
export async function play(
  home: Home,
  folder: string,
  program: string,
  words: string[],
): Promise<Steps> {
  const bin = path.join(home.folder, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.rmSync(path.join(bin, 'warpdock'), { force: true });
  fs.symlinkSync(given('WARPDOCK_TEST_BINARY'), path.join(bin, 'warpdock'));
  const child: ChildProcess = spawn(program, words, {
    cwd: folder,
    env: { ...home.variables, PATH: `${bin}:${home.variables.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let noise = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    noise += text;
  });
  const said = (): string => `${output}\n${noise}\n${home.logs()}`;
  const code = await until(
    `${program} to end`,
    () => child.exitCode ?? child.signalCode ?? new Seen(said()),
    150_000,
  );
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${said()}`);
  const steps: Steps = new Map();
  // Neovim writes the two in any order.
  for (const line of output.split('\n').filter((line) => /^\{"(step|seen)":/.test(line))) {
    const { step, seen } = JSON.parse(line) as { step: string; seen: unknown };
    steps.set(step, seen);
  }
  return steps;
}

/** Checks what every editor has to show. Returns the first finding, as the editor has it. */
export function played(
  home: Home,
  folder: string,
  steps: Steps,
): { line: number; column?: number } | undefined {
  const [diagnostic] = steps.get('diagnostics') as {
    line: number;
    column?: number;
    message: string;
  }[];
  assert.equal(diagnostic?.line, 2);
  assert.match(diagnostic?.message ?? '', /RUNN/);
  assert.match(String(steps.get('hover')), /FROM/);
  assert.equal(steps.get('cleared'), true);
  assert.match(String(steps.get('up')), /is up/);
  assert.equal(steps.get('ended'), true);
  assert.match(home.warpdock(folder, 'exec', '--', 'cat', '/app/Dockerfile'), /^RUN echo hello$/m);
  return diagnostic;
}
