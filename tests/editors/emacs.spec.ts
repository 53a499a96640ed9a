// Emacs with eglot, without a screen, with the configuration of docs/editors.md.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Home } from '../vscode/support/home.ts';
import { configuration, DOCKERFILE, play, played } from './steps.ts';

test('Emacs shows diagnostics and hover, clears them on edit, and brings the container up', async () => {
  const home = new Home();
  try {
    const folder = home.project('project', { Dockerfile: DOCKERFILE });
    const config = path.join(home.folder, 'init.el');
    fs.writeFileSync(config, configuration('elisp'));
    const script = path.join(import.meta.dirname, 'emacs.el');
    // Without a screen Emacs reads no init file and activates no packages by itself.
    const words = ['--batch', '--eval', '(package-activate-all)', '-l', config, '-l', script];
    const steps = await play(home, folder, 'emacs', words);

    assert.equal(steps.get('mode'), 'dockerfile-mode');
    played(home, folder, steps);
  } finally {
    await home.stop();
  }
});
