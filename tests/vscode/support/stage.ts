// What a file of tests stands on: a home, a server, a browser and a first window. Starts them
// once, gives them to each test in turn, and shows what was on the screen when one fails.

import { after, before, test } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { launch, profile } from './browser.ts';
import { Home } from './home.ts';
import { given } from './paths.ts';
import { Server, type ServerOptions } from './server.ts';
import { Window } from './window.ts';

export interface Stage {
  home: Home;
  server: Server;
  context: BrowserContext;
  /** The folder that the first window shows. */
  folder: string;
  window: Window;
}

export interface StageOptions extends Omit<ServerOptions, 'vsix'> {
  /** Makes the project of the first window. */
  project: (home: Home) => string;
}

/** One test of a stage. */
export type Scene = (name: string, run: (stage: Stage) => Promise<void>) => void;

/** Longer than the longest sum of waits that still ends well. */
const LIMIT = 180_000;

/**
 * Declares the tests of a file. They are scenes of one play: what one leaves, the next finds,
 * and when one fails the rest are not played.
 */
export function stage(file: string, options: StageOptions, declare: (scene: Scene) => void): void {
  let browser: Browser | undefined;
  let found: Stage | undefined;
  let failed: string | undefined;
  let home: Home | undefined;

  before(
    async () => {
      home = new Home();
      const folder = options.project(home);
      const server = await Server.start(home, {
        ...options,
        machine: { 'warpdock.environment': home.gpu, ...options.machine },
        vsix: [given('WARPDOCK_TEST_VSIX')],
      });
      browser = await launch(home);
      const context = await profile(browser);
      const window = await Window.open(context, server.address(folder));
      found = { home, server, context, folder, window };
    },
    { timeout: LIMIT },
  );

  after(
    async () => {
      await browser?.close();
      await found?.server.stop();
      await home?.stop();
    },
    { timeout: LIMIT },
  );

  let number = 0;
  declare((name, run) => {
    number += 1;
    const picture = `failed-${file}-${number}`;
    test(name, { timeout: LIMIT }, async (context) => {
      if (failed !== undefined) {
        context.skip(`after the failure of: ${failed}`);
        return;
      }
      if (found === undefined) throw new Error('there is no stage');
      try {
        await run(found);
      } catch (error) {
        failed = name;
        await found.window.picture(picture);
        context.diagnostic(`the screen is in ${picture}.png\n${found.home.logs()}`);
        throw error;
      }
    });
  });
}
