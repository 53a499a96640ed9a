import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buttons, failureIn, printed, sentence, visible } from '../src/failure';
import { FAILURE_CODE, type Failure } from '../src/protocol';

function failure(changes: Partial<Failure>): Failure {
  return {
    kind: 'image-missing',
    tier: 'input',
    message: 'image a is not on this machine',
    detail: null,
    remedy: ['fetch it', 'or load it', 'or think again'],
    command: null,
    problems: [],
    actions: [],
    ...changes,
  };
}

test('a failure reads as sentences, with its first two steps', () => {
  assert.equal(sentence(failure({})), 'Image a is not on this machine. Fetch it. Or load it.');
});

test("buttons come in the server's order, behind the file that is wrong", () => {
  const problem = {
    error: true,
    code: 'x',
    message: 'm',
    place: 'p',
    file: '/w/.devcontainer/devcontainer.json',
    line: 3,
    column: 5,
    remedy: null,
  };
  const titles = (changes: Partial<Failure>) =>
    buttons(failure(changes)).map((button) => button.title);
  assert.deepEqual(titles({ actions: ['pull', 'load'] }), ['Pull', 'Load a File…']);
  assert.deepEqual(titles({ actions: ['retry'], problems: [problem] }), [
    'Open devcontainer.json',
    'Try Again',
  ]);
  assert.deepEqual(titles({ problems: [{ ...problem, error: false }] }), []);
});

test('buttons of a later server that are not known here are left out', () => {
  const unknown = ['teleport', 'pull'] as unknown as Failure['actions'];
  assert.deepEqual(
    buttons(failure({ actions: unknown })).map((button) => button.title),
    ['Pull'],
  );
});

test("only an error of the server's is a failure", () => {
  assert.equal(failureIn({ code: -32601, data: {} }), undefined);
  assert.equal(failureIn(new Error('no')), undefined);
  assert.equal(failureIn(undefined), undefined);
  assert.deepEqual(failureIn({ code: FAILURE_CODE, data: failure({}) }), failure({}));
});

test('text of a project cannot hide a part of itself', () => {
  assert.equal(
    visible('true #\r\u001b[2K\u202efr\u200b\nx é 字'),
    'true #\\u{d}\\u{1b}[2K\\u{202e}fr\\u{200b}\nx é 字',
  );
});

test('a name of the project is no link in a notification', () => {
  const message = 'there is no image [here](command:workbench.action.terminal.sendSequence)';
  assert.equal(
    sentence(failure({ message, remedy: [] })),
    'There is no image [here] (command:workbench.action.terminal.sendSequence).',
  );
});

test('what the program prints with --json is a failure like any other', () => {
  const said = failure({ message: 'cannot change /home/ada: read-only' });
  assert.deepEqual(failureIn(printed(JSON.stringify({ error: said }))), said);
  assert.equal(printed('{"bash":"/x"}'), undefined);
  assert.equal(printed(undefined), undefined);
});
