// The `vscode:uninstall` hook: puts the default terminal back that was there before Warpdock. It
// runs without an editor, some time after the extension was uninstalled.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Remembered, rememberedFile, restored } from './restore';

function main(): void {
  const file = rememberedFile(process.env);
  let remembered: Remembered;
  try {
    remembered = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return;
  }
  const extensions = dirname(resolve(__dirname, '..'));
  const others: Remembered = {};
  for (const [settings, before] of Object.entries(remembered)) {
    if (before.extensions === extensions) {
      restore(settings, before.profile);
    } else {
      others[settings] = before;
    }
  }
  if (Object.keys(others).length === 0) {
    rmSync(file, { force: true });
  } else {
    replace(file, JSON.stringify(others));
  }
}

function restore(settings: string, profile: string | null): void {
  try {
    const text = readFileSync(settings, 'utf8');
    const now = restored(text, profile);
    if (now !== text) {
      replace(settings, now);
    }
  } catch {
    // Settings that are gone or may not be written: the profile's own fallback opens bash.
  }
}

/** Never leaves half a file behind. */
function replace(file: string, text: string): void {
  const next = `${file}.warpdock-${process.pid}`;
  writeFileSync(next, text);
  renameSync(next, file);
}

main();
