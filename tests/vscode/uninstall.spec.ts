// Uninstalling gives the user's default terminal back.

import assert from 'node:assert/strict';
import { Server } from './support/server.ts';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { Seen, until } from './support/until.ts';
import { FOLLOWING, reopen } from './support/warpdock.ts';

const DEFAULT = 'terminal.integrated.defaultProfile.linux';
const settings = { [DEFAULT]: 'bash' };

stage('uninstall', { project: (home) => home.example('hmm'), machine: FOLLOWING, settings }, (scene) => {
  scene('Reopen makes our profile the default', async ({ window, server }) => {
    assert.equal(server.settings()[DEFAULT], 'bash');
    await reopen(window);
    assert.notEqual(server.settings()[DEFAULT], 'bash');
  });

  scene('uninstalling restores the one that was there', async ({ home, server, window }) => {
    Server.cli(home, '--uninstall-extension', 'warpdock.warpdock');
    // VS Code runs an extension's uninstall script when it cleans up, at the next start.
    await window.reload();
    await until('the default to be back', () => {
      const present = server.settings()[DEFAULT];
      return present === 'bash' ? true : new Seen(String(present));
    });
  });

  scene('and terminals are local', async ({ window }) => {
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('clear; echo "in: $(test -e /app/train.py && echo container || echo host)"');
    await terminals.shows(/in: host/);
  });
});
