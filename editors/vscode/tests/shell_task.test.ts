import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, inContainer, matchersOf } from '../src/shell_task';

test('a shell task becomes the line that VS Code would run', () => {
  const type = 'shell';
  assert.equal(commandLine({ type, command: 'make -j && ./a' }), 'make -j && ./a');
  assert.equal(
    commandLine({ type, command: 'echo', args: ['a b', "it's", 'x', "'q q'"] }),
    "echo 'a b' 'it'\\''s' x 'q q'",
  );
  const args = [
    { value: 'a b', quoting: 'escape' as const },
    { value: 'a $b', quoting: 'weak' as const },
    { value: 'a $b', quoting: 'strong' as const },
  ];
  assert.equal(commandLine({ type, command: 'echo', args }), `echo a\\ b "a $b" 'a $b'`);
  assert.equal(commandLine({ type, command: 'no', linux: { command: 'yes' } }), 'yes');
});

test("tasks that are no shell's, or bring their own shell, are not offered", () => {
  assert.equal(commandLine({ type: 'process', command: 'a' }), undefined);
  assert.equal(commandLine({ type: 'shell' }), undefined);
  assert.equal(commandLine({ type: 'shell', command: 'a', hide: true }), undefined);
  const shell = { executable: 'fish' };
  assert.equal(commandLine({ type: 'shell', command: 'a', options: { shell } }), undefined);
});

test("variables that name this machine's paths name the container's", () => {
  assert.equal(
    inContainer('python ${file} ${workspaceFolder}/x ${fileDirname} ${fileBasename}', '/app'),
    'python /app/${relativeFile} /app/x /app/${relativeFileDirname} ${fileBasename}',
  );
});

test("matchers become those that know the container's paths", () => {
  assert.equal(matchersOf({}), undefined);
  assert.deepEqual(matchersOf({ problemMatcher: '$gcc' }), ['$warpdock-gcc']);
  assert.deepEqual(matchersOf({ problemMatcher: ['$go', { owner: 'x' }] }), ['$go']);
  assert.deepEqual(matchersOf({ problemMatcher: [] }), []);
});
