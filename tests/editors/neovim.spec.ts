// Neovim, without a screen, with the configuration of docs/editors.md.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Home } from '../vscode/support/home.ts';
import { configuration, DOCKERFILE, play, played } from './steps.ts';

test('Neovim shows diagnostics and hover, clears them on edit, and brings the container up', async () => {
  const home = new Home();
  try {
    const folder = home.project('project', { Dockerfile: DOCKERFILE });
    const config = path.join(home.folder, 'init.lua');
    fs.writeFileSync(config, configuration('lua'));
    const script = path.join(import.meta.dirname, 'neovim.lua');
    const steps = await play(home, folder, 'nvim', [
      '--headless',
      '-u',
      config,
      'Dockerfile',
      '-c',
      `luafile ${script}`,
    ]);

    assert.equal(played(home, folder, steps)?.column, 1);
  } finally {
    await home.stop();
  }
});
