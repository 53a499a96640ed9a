// The browser: Debian's Chromium driven by playwright-core.

import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import type { Home } from './home.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser. */
export async function launch(home: Home): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.WARPDOCK_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    env: { ...home.variables },
  });
}

/** A profile of its own in it, of one person at one screen. */
export async function profile(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
}
