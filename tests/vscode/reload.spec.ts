// What runs goes on: over five reloads of the window, and over the death of the daemon.

import assert from 'node:assert/strict';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { Seen, until } from './support/until.ts';
import { FOLLOWING, isIn, reopen } from './support/warpdock.ts';

/** Says its process id once, then counts. */
const PROGRAM =
  'clear; python -c \'import os,time\nprint("pid", os.getpid(), "since", time.time_ns(), flush=True)\nn = 0\nwhile True: n += 1; print("\\rcount", n, end="", flush=True); time.sleep(0.2)\'';

/** The last number: what arrives while VS Code replays a screen may stay above it. */
const COUNT = /count (\d+)(?!.*count)/s;

async function counts(terminals: Terminals): Promise<void> {
  const first = Number((await terminals.shows(COUNT))[1]);
  await until('the program to count on', async () => {
    const now = Number((await terminals.shows(COUNT))[1]);
    return now > first ? true : new Seen(`${first}, then ${now}`);
  });
}

stage('reload', { project: (home) => home.example('hmm'), machine: FOLLOWING }, (scene) => {
  let said = '';

  scene('a program runs in a terminal of the container', async ({ window }) => {
    await reopen(window);
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type(PROGRAM);
    said = (await terminals.shows(/pid \d+ since \d+/))[0];
    await counts(terminals);
  });

  for (const time of ['first', 'second', 'third', 'fourth', 'fifth']) {
    scene(
      `after the ${time} reload it is the same process on the same screen`,
      async ({ window }) => {
        await window.reload();
        const terminals = new Terminals(window);
        await terminals.show();
        assert.equal((await terminals.shows(/pid \d+ since \d+/))[0], said);
        await counts(terminals);
        await isIn(window);
        assert.equal(await terminals.count(), 1);
      },
    );
  }

  scene('the daemon is killed, and the terminal goes on', async ({ window, home }) => {
    await home.kill('warpdock daemon');
    const terminals = new Terminals(window);
    await counts(terminals);
    await terminals.press('Control+c');
    await terminals.prompt();
    await terminals.type('clear; pwd');
    await terminals.shows(/^\/app$/m);
  });

  scene('and the window finds a new daemon by itself', async ({ window }) => {
    await isIn(window);
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('clear; pwd');
    await terminals.shows(/^\/app$/m);
  });
});
