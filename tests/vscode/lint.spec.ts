// Dockerfiles are checked while one types: squiggles, hover, fixes, Problems, lenses.

import assert from 'node:assert/strict';
import { Editor, problem } from './support/editor.ts';
import { stage } from './support/stage.ts';
import { Seen, until } from './support/until.ts';

stage('lint', { project: (home) => home.example('hmm') }, (scene) => {
  scene('the example opens, and nothing in it is worse than an information', async ({ window }) => {
    const editor = new Editor(window);
    await window.file('Dockerfile');
    await editor.shows(/^FROM pytorch\/pytorch/);
    // The lenses come from the server as well: when they are there, it has read the file.
    await until('the code lenses', async () => {
      const lenses = await editor.lenses();
      return lenses.some((lens) => /Reopen in GPU Container/.test(lens)) ? true : new Seen(lenses.join('\n'));
    });
    await editor.squiggles('error', 0);
    await editor.squiggles('warning', 0);
  });

  scene('hovering over the base image says what it brings', async ({ window }) => {
    const editor = new Editor(window);
    await editor.goTo(1, 10);
    const text = await editor.hover();
    assert.match(text, /CUDA 12\.1/);
    assert.match(text, /2\.1\.0/);
    await window.picture('hover');
    await window.page.keyboard.press('Escape');
  });

  scene('a slip is underlined as it is typed, and listed in Problems', async ({ window }) => {
    const editor = new Editor(window);
    await editor.goTo(5, 1);
    await editor.type('RUNN echo hello\nWORKDIR data\n');
    await editor.squiggles('error', 1);
    const entries = await problem(window, /RUNN/);
    assert.ok(entries.some((entry) => /\[Ln 5, Col 1\]/.test(entry)), entries.join('\n'));
    await window.picture('lint');
  });

  scene('a quick fix mends it', async ({ window }) => {
    const editor = new Editor(window);
    await editor.goTo(5, 2);
    await editor.fix(/RUN\b/);
    await editor.shows(/^RUN echo hello$/m);
    await editor.squiggles('error', 0);
  });

  scene('what is wrong in devcontainer.json is underlined where it is', async ({ window }) => {
    const editor = new Editor(window);
    await window.file('devcontainer.json');
    await editor.shows(/"image"/);
    await editor.goTo(5, 3);
    await editor.type('"shutdownAction": 7,\n');
    await problem(window, /shutdownAction/);
  });
});
