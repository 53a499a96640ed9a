// A window that is not trusted checks Dockerfiles and runs nothing.

import assert from 'node:assert/strict';
import { Editor } from './support/editor.ts';
import { stage } from './support/stage.ts';

const settings = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

const project = (home: import('./support/home.ts').Home): string =>
  home.project('untrusted', {
    Dockerfile: 'FROM warpdock-test/busybox:1\nRUNN echo hello\nCMD ["sh"]\n',
  });

stage('trust', { project, settings, trust: true }, (scene) => {
  scene('the Dockerfile is checked', async ({ window }) => {
    await window.file('Dockerfile');
    await new Editor(window).squiggles('error', 1);
    await window.picture('untrusted');
  });

  scene('and nothing that runs is offered', async ({ window, home }) => {
    const labels = (await window.commands('Warpdock: ')).filter((label) =>
      label.startsWith('Warpdock: '),
    );
    assert.ok(labels.includes('Warpdock: Show Log'), labels.join('\n'));
    assert.deepEqual(
      labels.filter((label) => /Reopen|Rebuild|Build|Run|Terminal|Doctor/.test(label)),
      [],
    );
    assert.deepEqual(home.containers(), []);
  });
});
