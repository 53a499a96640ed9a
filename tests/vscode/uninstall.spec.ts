// Uninstalling gives the user's default terminal back.

import assert from 'node:assert/strict';
import { Server } from './support/server.ts';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { Seen, until } from './support/until.ts';
import { FOLLOWING, reopen } from './support/warpdock.ts';
import { Window } from './support/window.ts';

const DEFAULT = 'terminal.integrated.defaultProfile.linux';
const settings = { [DEFAULT]: 'bash' };

stage(
  'uninstall',
  { project: (home) => home.example('hmm'), machine: FOLLOWING, settings },
  (scene) => {
    scene('Reopen makes our profile the default', async ({ window, server }) => {
      assert.equal(server.settings()[DEFAULT], 'bash');
      await reopen(window);
      assert.notEqual(server.settings()[DEFAULT], 'bash');
    });

    scene(
      'uninstalling restores the one that was there',
      async ({ home, server, context, window, folder }) => {
        Server.cli(home, '--uninstall-extension', 'warpdock.warpdock');
        // VS Code runs an extension's uninstall script when it removes its files, at its next start.
        await window.close();
        await server.stop();
        const next = await Server.run(home);
        await until('the default to be back', () => {
          const present = next.settings()[DEFAULT];
          return present === 'bash'
            ? true
            : new Seen(`${present}, in ${JSON.stringify(next.settings(), undefined, 2)}`);
        });
        const plain = await Window.open(context, next.address(folder));
        const terminals = new Terminals(plain);
        await terminals.open();
        await terminals.type(
          'clear; echo "in: $(test -e /app/train.py && echo container || echo host)"',
        );
        await terminals.shows(/in: host/);
        await plain.close();
        await next.stop();
      },
    );
  },
);
