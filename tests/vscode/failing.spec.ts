// An `up` that fails says what, why and what to do, with buttons that do it.

import assert from 'node:assert/strict';
import { notification, press } from './support/notifications.ts';
import { stage } from './support/stage.ts';
import { Terminals } from './support/terminal.ts';
import { FOLLOWING, isIn } from './support/warpdock.ts';

const project = (home: import('./support/home.ts').Home): string =>
  home.project('failing', {
    '.devcontainer/devcontainer.json': '{\n  "image": "warpdock-test/busybx:1"\n}\n',
    Dockerfile: 'FROM warpdock-test/busybox:1\n',
  });

stage('failing', { project, machine: FOLLOWING }, (scene) => {
  scene('an image that is not there is named at once, with buttons', async ({ window }) => {
    await window.command('Warpdock: Reopen in GPU Container');
    const shown = await notification(window, /warpdock-test\/busybx:1/);
    assert.match(shown.message, /warpdock-test\/busybox:1/, 'it names the one that resembles it');
    assert.ok(
      shown.buttons.some((button) => /Pull/.test(button)),
      shown.buttons.join(),
    );
    assert.ok(
      shown.buttons.some((button) => /Choose an Image/.test(button)),
      shown.buttons.join(),
    );
    await window.picture('failing');
  });

  scene('and a terminal is still one of this machine', async ({ window }) => {
    const terminals = new Terminals(window);
    await terminals.open();
    await terminals.type('clear; echo "in: $(test -e /app && echo container || echo host)"');
    await terminals.shows(/in: host/);
  });

  scene('a button leads out of it', async ({ window }) => {
    const shown = await notification(window, /warpdock-test\/busybx:1/);
    await press(shown, 'Choose an Image…');
    await window.answer('warpdock-test/busybox:1');
    await isIn(window);
  });
});
