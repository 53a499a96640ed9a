import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gpu, GpuLoad, Status } from '../src/protocol';
import { label, tooltip, type View } from '../src/status_text';

const GPU: Gpu = {
  visible: true,
  wish: 'optional',
  text: '1 GPU: NVIDIA A100-SXM4-40GB',
  remedy: null,
  devices: ['GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)'],
  uuids: ['GPU-1'],
  request: '--gpus all',
};

const STATUS: Status = {
  workspace: '/data/hmm',
  state: 'running',
  id: 'abc',
  name: 'warpdock-hmm',
  image: 'hmm:latest',
  workspaceFolder: '/app',
  gpu: GPU,
  sessions: [],
  started: 0,
  note: null,
  changes: [],
};

const LOAD: GpuLoad = {
  index: 0,
  name: 'NVIDIA A100-SXM4-40GB',
  uuid: 'GPU-1',
  memoryUsedMiB: 3277,
  memoryTotalMiB: 40960,
  utilizationPercent: 87,
};

function text(changes: Partial<View>): string | undefined {
  const view = { name: 'hmm', isIn: true, status: STATUS, usage: undefined, ...changes };
  const shown = label(view);
  return shown && `${shown.text}${shown.warns ? ' !' : ''}`;
}

test('in the container: the GPU and its memory', () => {
  const usage = { gpus: [LOAD], reason: null };
  assert.equal(text({}), '$(vm-active) A100-SXM4-40GB');
  assert.equal(text({ usage }), '$(vm-active) A100-SXM4-40GB · 3.2 / 40 GiB');
  const two = { gpus: [LOAD, { ...LOAD, index: 1 }], reason: null };
  assert.equal(text({ usage: two }), '$(vm-active) 2 × A100-SXM4-40GB · 6.4 / 80 GiB');
  const silent = { gpus: [{ ...LOAD, memoryUsedMiB: null }], reason: null };
  assert.equal(text({ usage: silent }), '$(vm-active) A100-SXM4-40GB');
});

test('without a GPU it is said, and warned of where one was wanted', () => {
  const none = { ...GPU, visible: false, devices: [] };
  assert.equal(text({ status: { ...STATUS, gpu: none } }), '$(vm-active) Container Without GPU !');
  const unwanted = { ...STATUS, gpu: { ...none, wish: 'none' as const } };
  assert.equal(text({ status: unwanted }), '$(vm-active) Container Without GPU');
});

test('what the container does is said from inside and from outside', () => {
  const at = (state: Status['state'], isIn: boolean) =>
    text({ isIn, status: { ...STATUS, state } });
  assert.equal(at('starting', false), '$(sync~spin) Starting the GPU Container');
  assert.equal(at('stopped', true), '$(vm-outline) GPU Container Stopped !');
  assert.equal(at('absent', true), '$(vm-outline) GPU Container Gone !');
  assert.equal(at('absent', false), '$(vm-outline) Local');
  assert.equal(at('running', false), '$(vm-running) Local, Container Running');
  assert.equal(text({ status: undefined }), '$(vm-connect) GPU Container');
  assert.equal(text({ status: undefined, isIn: false }), undefined);
});

test("the tooltip has the details, and nothing in it is a link of the container's", () => {
  const gpu = { ...GPU, text: '[click](command:evil)' };
  const view = {
    name: 'hmm',
    isIn: true,
    status: { ...STATUS, gpu },
    usage: { gpus: [LOAD], reason: null },
  };
  const lines = tooltip(view);
  assert.match(lines, /Container: warpdock\\-hmm from hmm:latest \(running\)/);
  assert.match(lines, /3\.2 \/ 40 GiB, 87 % busy/);
  assert.doesNotMatch(lines, /\[click\]\(/);
});
