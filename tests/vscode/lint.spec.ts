// Dockerfiles are checked while one types: squiggles, hover, fixes, Problems, lenses.

import assert from 'node:assert/strict';
import { Editor, problem } from './support/editor.ts';
import { stage } from './support/stage.ts';
import { Seen, until } from './support/until.ts';
import { Window } from './support/window.ts';

stage('lint', { project: (home) => home.example('hmm') }, (scene) => {
  scene('the example opens, and nothing in it is worse than an information', async ({ window }) => {
    const editor = new Editor(window);
    await window.file('Dockerfile');
    await editor.shows(/^FROM pytorch\/pytorch/);
    // A shell as CMD ends at once without a terminal, which is worth knowing and no mistake.
    await editor.squiggles('info', 1);
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

  scene('a finding leads to the page of its rule', async ({ window }) => {
    const editor = new Editor(window);
    await editor.goTo(11, 7);
    await editor.hover();
    await window.page.locator('.monaco-hover a', { hasText: 'WD002' }).first().click();
    await editor.shows(/^# WD002: command-ends$/m);
    await window.file('Dockerfile');
  });

  scene('a slip is underlined as it is typed, and listed in Problems', async ({ window }) => {
    const editor = new Editor(window);
    await editor.goTo(5, 1);
    await editor.type('RUNN echo hello\nWORKDIR data\n');
    await editor.squiggles('error', 1);
    const entries = await problem(window, /RUNN/);
    assert.ok(
      entries.some((entry) => /\[Ln 5, Col 1\]/.test(entry)),
      entries.join('\n'),
    );
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

  scene(
    'a Dockerfile that is built has buttons above its lines',
    async ({ home, server, context }) => {
      const folder = home.project('built', {
        Dockerfile: 'FROM warpdock-test/busybox:1\nCMD ["sleep", "infinity"]\n',
      });
      const window = await Window.open(context, server.address(folder));
      await window.file('Dockerfile');
      const lenses = await until('the code lenses', async () => {
        const found = await new Editor(window).lenses();
        return found.length >= 3 ? found : new Seen(found.join('\n'));
      });
      assert.deepEqual(lenses, ['Build', 'Reopen in GPU Container', 'Run Default Command']);
      await window.picture('lenses');
      await window.close();
    },
  );
});
