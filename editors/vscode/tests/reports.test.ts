import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folded, report } from '../src/reports';

test('the checks stand in columns, with what to do', () => {
  const text = report({
    lines: [
      { check: 'engine', state: 'ok', text: 'Docker 27', remedy: null },
      { check: 'gpu', state: 'warning', text: 'none', remedy: 'nothing to do' },
    ],
  });
  assert.equal(
    text,
    [
      'It works; 1 of 2 checks warn.',
      '',
      '✓ engine  Docker 27',
      '! gpu     none',
      '          -> nothing to do',
      '',
    ].join('\n'),
  );
});

test('a long line is folded at its flags and means the same', () => {
  assert.equal(
    folded(`docker run -it --rm -e 'A=b -c' -v "/x y:/app" image sh -c 'a'`),
    [
      'docker run \\',
      '    -it \\',
      '    --rm \\',
      `    -e 'A=b -c' \\`,
      '    -v "/x y:/app" image sh \\',
      `    -c 'a'`,
    ].join('\n'),
  );
  assert.equal(folded('a'), 'a');
});
