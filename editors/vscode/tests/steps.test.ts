import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, Steps, size } from '../src/steps';

test('a phase is shown with its duration, and a step in its place', () => {
  const steps = new Steps();
  assert.equal(steps.line(0), '…');
  assert.equal(
    steps.take({ kind: 'phase', phase: 'build', text: 'building hmm' }, 0),
    'building hmm',
  );
  assert.equal(steps.line(500), 'building hmm');
  assert.equal(steps.line(3200), 'building hmm (3 s)');
  steps.take({ kind: 'stepStarted', step: 2, name: '[2/3] RUN pip  install\n torch' }, 4000);
  assert.equal(steps.line(75_000), '[2/3] RUN pip install torch (1 min 11 s)');
  const done = { kind: 'stepDone', step: 2, name: '[2/3] RUN', milliseconds: 71_200 } as const;
  assert.equal(
    steps.take({ ...done, cached: false, failed: false }, 75_200),
    '[2/3] RUN (1 min 11 s)',
  );
  assert.equal(steps.take({ ...done, cached: true, failed: false }, 75_200), '[2/3] RUN (cached)');
  assert.equal(steps.line(80_000), 'building hmm (1 min 20 s)');
});

test('steps at the same time: the newest is shown until it ends', () => {
  const steps = new Steps();
  steps.take({ kind: 'stepStarted', step: 1, name: 'one' }, 0);
  steps.take({ kind: 'stepStarted', step: 2, name: 'two' }, 0);
  assert.equal(steps.line(0), 'two');
  const done = { kind: 'stepDone', step: 2, name: 'two', milliseconds: 1, cached: false } as const;
  steps.take({ ...done, failed: false }, 1);
  assert.equal(steps.line(1), 'one');
});

test('output of a step is for the log, without paint', () => {
  const steps = new Steps();
  const text = '\u001b[31mred\u001b[0m\r\nnext\n';
  assert.equal(steps.take({ kind: 'output', step: 0, text }, 0), '  | red\n  | next');
});

test('bytes are shown with what they are of', () => {
  const steps = new Steps();
  steps.take({ kind: 'phase', phase: 'pull', text: 'pulling a' }, 0);
  steps.take({ kind: 'bytes', text: 'layers', current: 1.5e6, total: 3e9 }, 0);
  assert.equal(steps.line(0), 'pulling a layers 1.5 MB of 3.0 GB');
});

test('durations and sizes are short', () => {
  assert.deepEqual([40, 1250, 9960, 59_400, 61_000].map(duration), [
    '0 s',
    '1.3 s',
    '10 s',
    '59 s',
    '1 min 1 s',
  ]);
  assert.deepEqual([1, 1500, 2e6].map(size), ['1 B', '1.5 kB', '2.0 MB']);
});
