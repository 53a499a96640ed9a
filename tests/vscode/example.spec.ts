// The example in a real VS Code.

import assert from 'node:assert/strict';
import { stage } from './support/stage.ts';
import { Seen, until } from './support/until.ts';

stage('example', { project: (home) => home.example('hmm') }, (scene) => {
  scene('the example opens, and its Dockerfile is known as one', async ({ window }) => {
    await window.file('Dockerfile');
    const text = await until('the text of the Dockerfile', async () => {
      const lines = await window.page.locator('.monaco-editor .view-lines').first().innerText();
      return lines.includes('FROM') ? lines : new Seen(lines);
    });
    // The editor shows no-break spaces.
    assert.match(text, /^FROM\spytorch\/pytorch/);
    await until('the language', async () => {
      const mode = await window.status('status.editor.mode');
      return mode === 'Docker' || mode === 'Dockerfile' ? true : new Seen(mode);
    });
    await window.picture('example');
  });
});
