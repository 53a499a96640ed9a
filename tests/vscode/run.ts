// Runs files of tests one after the other and says how they went. Owns the guarantee that
// something was tested: a file in which no test has passed is a failure.
//
//   node tests/vscode/run.ts [FILE…]

import * as fs from 'node:fs';
import * as path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

interface Outcome {
  passed: number;
  failed: number;
}

const named = process.argv.slice(2);
const files = named.length > 0 ? named : fs.globSync('*.spec.ts', { cwd: import.meta.dirname }).sort();
const outcomes = new Map<string, Outcome>();
for (const file of files) outcomes.set(file, await play(path.resolve(import.meta.dirname, file)));

const bad = [...outcomes].filter(([, { passed, failed }]) => passed === 0 || failed > 0);
for (const [file, { passed, failed }] of bad) {
  process.stderr.write(`${file}: ${failed} failed, ${passed} passed\n`);
}
if (files.length === 0) process.stderr.write('there is no file of tests\n');
process.exitCode = bad.length === 0 && files.length > 0 ? 0 : 1;

/** Runs one file, in a process of its own, and shows it on the way. */
async function play(file: string): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0 };
  const events = run({ files: [file] });
  events.on('test:pass', ({ name, skip }) => {
    // A file that declares no test passes under its own name.
    if (skip === undefined && name !== file) outcome.passed += 1;
  });
  events.on('test:fail', () => {
    outcome.failed += 1;
  });
  for await (const text of events.compose(new spec())) process.stdout.write(text);
  return outcome;
}
