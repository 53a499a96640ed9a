// The way into the container and back, with a second window that stays where it is.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { notification } from './support/notifications.ts';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { LONG, Seen, until } from './support/until.ts';
import { isIn, STATUS, welcomed } from './support/warpdock.ts';
import { Window } from './support/window.ts';

stage('reopen', { project: (home) => home.example('hmm') }, (scene) => {
  scene('before, a terminal is local', async ({ window, folder }) => {
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('pwd; echo "in: $(test -e /app/train.py && echo container || echo host)"');
    await terminals.shows(/in: host/);
    await terminals.shows(new RegExp(folder));
    await terminals.kill();
  });

  scene(
    'Reopen asks once whether terminals follow, shows its progress, and says what it got',
    async ({ window }) => {
      await window.command('Warpdock: Reopen in GPU Container');
      const dialog = await window.dialog();
      assert.match(await dialog.innerText(), /follow a window into its container/);
      await dialog.getByText('Follow the Window', { exact: true }).click();
      const shown = await notification(window, /Reopening in GPU container/);
      assert.ok(shown.buttons.includes('Cancel'), shown.buttons.join());
      await window.picture('progress');
      assert.match(await welcomed(window), /GPU|NVIDIA/);
      await isIn(window);
    },
  );

  scene('the status bar shows the GPUs and their memory', async ({ window }) => {
    await window.statusBecomes(STATUS, /2 × Stand-in · 1\.0 \/ 48 GiB/, LONG);
  });

  scene('a new terminal is in the container, with its files and its GPU', async ({ window }) => {
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('clear; pwd; ls /app');
    await terminals.shows(/^\/app$/m);
    await terminals.shows(/Dockerfile.*train\.py/s);
    await terminals.type('nvidia-smi -L');
    await terminals.shows(/GPU 0: .*\(UUID: GPU-/);
  });

  scene('a training run prints the GPU that it found', async ({ window, folder }) => {
    const terminals = new Terminals(window);
    await window.file('train.py');
    await window.command('Notifications: Clear All Notifications');
    await terminals.show();
    await terminals.type('clear; nvidia-smi -L; HMM_ITERATIONS=3 python train.py');
    await terminals.shows(/written to \/app\/runs\//);
    await terminals.prompt();
    await window.picture('container');
    fs.rmSync(path.join(folder, 'runs'), { recursive: true });
  });

  scene('what is written in the container is the project’s', async ({ window, folder }) => {
    const terminals = new Terminals(window);
    await terminals.type('echo from-inside > inside.txt');
    await until('the file on the host', () => {
      const file = path.join(folder, 'inside.txt');
      return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === 'from-inside\n'
        ? true
        : new Seen('not yet');
    });
    fs.rmSync(path.join(folder, 'inside.txt'));
  });

  scene('nothing was written into the project', async ({ home, folder }) => {
    const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const before = fs
      .readdirSync(home.example('hmm', 'untouched'), { recursive: true, encoding: 'utf8' })
      .sort();
    assert.deepEqual(files, before);
  });

  scene('a window on another folder stays local', async ({ home, server, context }) => {
    const other = home.project('other', { 'notes.txt': 'hello\n' });
    const window = await Window.open(context, server.address(other));
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('pwd; echo "in: $(test -e /app/train.py && echo container || echo host)"');
    await terminals.shows(/in: host/);
    await terminals.shows(new RegExp(other));
    await window.close();
  });

  scene('Run Default Command runs what the image runs', async ({ window }) => {
    const terminals = new Terminals(window);
    const before = await terminals.count();
    await window.command('Warpdock: Run Default Command');
    await until('a terminal of its own', async () => {
      const count = await terminals.count();
      return count > before ? true : new Seen(`${count} terminals`);
    });
    await terminals.prompt();
    await terminals.type('clear; cat /proc/$$/cmdline | tr "\\\\0" " "; echo');
    await terminals.shows(/^\/bin\/bash/m);
  });

  scene('Reopen Locally is the way back for new terminals', async ({ window }) => {
    await window.command('Warpdock: Reopen Locally');
    await notification(window, /New terminals open on this machine/);
    await window.statusBecomes(STATUS, /local|Warpdock|Reopen/i, LONG);
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type(
      'clear; echo "in: $(test -e /app/train.py && echo container || echo host)"',
    );
    await terminals.shows(/in: host/);
  });
});
