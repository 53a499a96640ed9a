// The browser: Debian's Chromium, driven by playwright-core, with the fonts of the pictures.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import type { Home } from './home.ts';

const FONTS = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <alias binding="same"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>JetBrains Mono</family></prefer></alias>
</fontconfig>
`;

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
  const fonts = path.join(home.folder, 'fonts.conf');
  fs.writeFileSync(fonts, FONTS);
  return chromium.launch({
    executablePath: process.env['WARPDOCK_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    args: FLAGS,
    env: { ...home.variables, FONTCONFIG_FILE: fonts },
  });
}

/** A profile of its own in it, of one person at one screen. */
export async function profile(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
}
