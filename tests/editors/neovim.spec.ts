// Neovim, without a screen, with the configuration of docs/editors.md.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Home } from '../vscode/support/home.ts';
import { configuration, DOCKERFILE, play } from './steps.ts';

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

    const [diagnostic] = steps.get('diagnostics') as {
      line: number;
      column: number;
      message: string;
    }[];
    assert.equal(diagnostic?.line, 2);
    assert.equal(diagnostic?.column, 1);
    assert.match(diagnostic?.message ?? '', /RUNN/);
    assert.match(String(steps.get('hover')), /FROM/);
    assert.equal(steps.get('cleared'), true);
    assert.match(String(steps.get('up')), /is up/);
    assert.equal(steps.get('ended'), true);
    assert.match(
      home.warpdock(folder, 'exec', '--', 'cat', '/app/Dockerfile'),
      /^RUN echo hello$/m,
    );
  } finally {
    await home.stop();
  }
});
