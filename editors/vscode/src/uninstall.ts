// The `vscode:uninstall` hook: puts the default terminal back that was there before Warpdock. It
// runs without an editor, some time after the extension was uninstalled.

import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  const extensions = real(dirname(resolve(__dirname, '..')));
  const others: Remembered = {};
  for (const [settings, before] of Object.entries(remembered)) {
    if (real(before.extensions) === extensions) {
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

/** Never leaves half a file behind, and a link to a file where it is. */
function replace(link: string, text: string): void {
  const file = real(link);
  const next = `${file}.warpdock-${process.pid}`;
  writeFileSync(next, text, { mode: statSync(file).mode });
  renameSync(next, file);
}

/** Homes are often links to a larger disk, and Node names this file without them. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

main();
