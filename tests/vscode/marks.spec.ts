// What VS Code reads out of a terminal in the container: commands, their exit codes, the folder.

import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { Seen, until } from './support/until.ts';
import { FOLLOWING, reopen } from './support/warpdock.ts';
import type { Window } from './support/window.ts';

/** Waits until so many commands of the active terminal have a mark of their own, failed or not. */
async function marked(window: Window, good: number, failed: number): Promise<void> {
  const marks = window.page.locator('#terminal .terminal-wrapper.active .terminal-command-decoration');
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

  scene('a terminal that is split off is in the same folder', async ({ window }) => {
    const terminals = new Terminals(window);
    await terminals.type('mkdir -p runs/deep && cd runs/deep && clear');
    await terminals.prompt();
    await window.command('Terminal: Split Terminal');
    await terminals.prompt();
    await terminals.type('pwd');
    await terminals.shows(/^\/app\/runs\/deep$/m);
    // Outside the workspace there is no such folder on this machine.
    await terminals.type('cd /opt && clear');
    await terminals.prompt();
    await window.command('Terminal: Split Terminal');
    await terminals.prompt();
    await terminals.type('clear; pwd');
    await terminals.shows(/^\/app$/m);
  });
});
