// Runs files of tests one after the other and says how they went. Owns the guarantee that
// something was tested: a file in which no test has passed is a failure.
//
//   node tests/editors/run.ts [NAME…]    vscode/NAME.spec.ts and editors/NAME.spec.ts; all of them without

import * as fs from 'node:fs';
import * as path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

interface Outcome {
  passed: number;
  failed: number;
}

const named = process.argv.slice(2);
const files = fs
  .globSync('{editors,vscode}/*.spec.ts', { cwd: path.dirname(import.meta.dirname) })
  .sort();
const chosen = files.filter(
  (file) => named.length === 0 || named.includes(path.basename(file, '.spec.ts')),
);
const unknown = named.filter(
  (name) => !files.some((file) => path.basename(file, '.spec.ts') === name),
);
const outcomes = new Map<string, Outcome>();
for (const file of chosen)
  outcomes.set(file, await play(path.join(path.dirname(import.meta.dirname), file)));

const bad = [...outcomes].filter(([, { passed, failed }]) => passed === 0 || failed > 0);
for (const [file, { passed, failed }] of bad) {
  process.stderr.write(`${file}: ${failed} failed, ${passed} passed\n`);
}
for (const name of unknown) process.stderr.write(`there is no ${name}.spec.ts\n`);
if (chosen.length === 0) process.stderr.write('no file of tests was run\n');
process.exitCode = bad.length === 0 && unknown.length === 0 && chosen.length > 0 ? 0 : 1;

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
