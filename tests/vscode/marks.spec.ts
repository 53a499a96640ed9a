// What VS Code reads out of a terminal in the container: commands, their exit codes, the folder.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { Seen, until } from './support/until.ts';
import { FOLLOWING, reopen } from './support/warpdock.ts';
import type { Window } from './support/window.ts';

/** Waits until so many commands of the active terminal have a mark of their own, failed or not. */
async function marked(window: Window, good: number, failed: number): Promise<void> {
  const marks = window.page.locator(
    '#terminal .terminal-wrapper.active .terminal-command-decoration',
  );
  await until(`${good} good commands and ${failed} failed ones`, async () => {
    const classes = await marks.evaluateAll((all) => all.map((mark) => mark.className));
    // The prompt that waits has one without a colour.
    const done = classes.filter((it) => !it.includes('default-color'));
    const bad = done.filter((it) => /\berror\b/.test(it)).length;
    return bad === failed && done.length - bad === good ? true : new Seen(classes.join('\n'));
  });
}

stage('marks', { project: (home) => home.example('hmm'), machine: FOLLOWING }, (scene) => {
  scene('commands in the container are marked with how they ended', async ({ window }) => {
    await reopen(window);
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('cat /proc/1/comm');
    await terminals.shows(/warpdock-init/);
    await terminals.type("sh -c 'exit 3'");
    await marked(window, 1, 1);
    await window.picture('marks');
  });

  scene('a terminal that is split off is in the same folder', async ({ window, folder }) => {
    const terminals = new Terminals(window);
    await terminals.type('mkdir -p runs/deep && cd runs/deep && clear');
    await terminals.shows(/\/app\/runs\/deep# *$/);
    assert.equal(await split(window, folder, 2), '/app/runs/deep');
  });

  scene(
    'and in the workspace where this machine has no such folder',
    async ({ window, folder }) => {
      // The right one has the keys.
      await window.page.keyboard.type('cd /opt\n');
      const terminal = window.page.locator('#terminal');
      await until('the folder to change', async () => {
        const text = await terminal.innerText();
        return /\/opt#/.test(text) ? true : new Seen(text);
      });
      assert.equal(await split(window, folder, 3), '/app');
      await window.picture('split');
    },
  );
});

/** Splits the terminal that has the keys, and asks the new one where it is. */
async function split(window: Window, folder: string, count: number): Promise<string> {
  const file = path.join(folder, 'where.txt');
  await window.command('Terminal: Split Terminal');
  const panes = window.page.locator('#terminal .terminal-wrapper.active .xterm-rows');
  await until(`a prompt in pane ${count}`, async () => {
    const texts = await panes.allInnerTexts();
    return texts.length === count && texts.every((text) => /[#$]\s*$/.test(text))
      ? true
      : new Seen(texts.join('\n---\n'));
  });
  // Who was there before has a history.
  await window.page.keyboard.type('history | wc -l > /app/lines.txt; pwd > /app/where.txt\n');
  const where = await until('the new terminal to write', async () => {
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
    return text === '' ? new Seen('nothing') : text;
  });
  assert.equal(fs.readFileSync(path.join(folder, 'lines.txt'), 'utf8').trim(), '1');
  fs.rmSync(file);
  return where;
}
