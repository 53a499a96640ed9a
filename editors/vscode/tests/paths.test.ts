import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mentions, toContainer, toHost } from '../src/paths';

test('a path of the workspace has two names', () => {
  assert.equal(toHost('/app/src/a.py', '/app', '/data/hmm'), '/data/hmm/src/a.py');
  assert.equal(toHost('/app', '/app', '/data/hmm'), '/data/hmm');
  assert.equal(toContainer('/data/hmm/src/a.py', '/app', '/data/hmm'), '/app/src/a.py');
});

test('a path outside of the workspace has one', () => {
  for (const path of ['/apple/a.py', '/app/../etc/passwd', '/usr/include/a.h', 'app/a.py', '/']) {
    assert.equal(toHost(path, '/app', '/data/hmm'), undefined, path);
  }
});

function found(line: string, inside = '/app'): string[] {
  return mentions(line, inside).map(({ start, length, path, line: at, column }) => {
    const text = line.slice(start, start + length);
    return `${text} -> ${path} ${at} ${column}`;
  });
}

test('places are found as compilers and Python write them', () => {
  assert.deepEqual(found('/app/src/a.c:3:7: error: no'), ['/app/src/a.c:3:7 -> /app/src/a.c 3 7']);
  assert.deepEqual(found('at /app/a.py:12'), ['/app/a.py:12 -> /app/a.py 12 1']);
  assert.deepEqual(found('/app/k.cu(5): error: no'), ['/app/k.cu(5) -> /app/k.cu 5 1']);
  assert.deepEqual(found('/app/a.ts(5,9): error'), ['/app/a.ts(5,9) -> /app/a.ts 5 9']);
  assert.deepEqual(found('  File "/app/my dir/a.py", line 4, in f'), [
    '/app/my dir/a.py", line 4 -> /app/my dir/a.py 4 1',
  ]);
  assert.deepEqual(found('(/app/a.c:1:2), /app/b.c:3'), [
    '/app/a.c:1:2 -> /app/a.c 1 2',
    '/app/b.c:3 -> /app/b.c 3 1',
  ]);
});

test('the workspace may be elsewhere in the container', () => {
  assert.deepEqual(found('/work space/x.py:3', '/work space'), [
    '/work space/x.py:3 -> /work space/x.py 3 1',
  ]);
  assert.deepEqual(found('/workspaces/hmm/x.py:3', '/workspaces/hmm/'), [
    '/workspaces/hmm/x.py:3 -> /workspaces/hmm/x.py 3 1',
  ]);
});

test('what only looks like a place is none', () => {
  for (const line of ['/app/a.c', '/host/app/a.c:3', 'x/app/a.c:3', '/apple/a.c:3', '/app/:3']) {
    assert.deepEqual(found(line), [], line);
  }
});
