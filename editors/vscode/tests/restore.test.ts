import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { rememberedFile, restored } from '../src/restore';

const INSTALLED = `{
    // mine
    "editor.fontSize": 14,
    "warpdock.terminal.follow": "always",
    "terminal.integrated.profiles.linux": {
        "mine": { "path": "tcsh" },
        "Warpdock": { "path": ["/shim/bash", "bash"], "icon": "vm" }
    },
    "terminal.integrated.defaultProfile.linux": "Warpdock"
}
`;

test('the old default comes back, and everything else stays', () => {
  assert.equal(
    restored(INSTALLED, 'mine'),
    `{
    // mine
    "editor.fontSize": 14,
    "terminal.integrated.profiles.linux": {
        "mine": {
            "path": "tcsh"
        }
    },
    "terminal.integrated.defaultProfile.linux": "mine"
}
`,
  );
});

test('where there was no default there is none', () => {
  const now = JSON.parse(
    restored(
      '{"terminal.integrated.defaultProfile.linux":"Warpdock","terminal.integrated.profiles.linux":{"Warpdock":{}}}',
      null,
    ),
  );
  assert.deepEqual(now, {});
});

test('a default that was chosen since is kept', () => {
  const text = '{"terminal.integrated.defaultProfile.linux": "fish"}';
  assert.equal(restored(text, 'mine'), text);
});

test('settings that cannot be read are left alone', () => {
  for (const text of ['', '[]', 'nonsense', 'null']) {
    assert.equal(restored(text, 'mine'), text);
  }
});

test("the uninstall hook restores its own editor's settings only", () => {
  const home = mkdtempSync(join(tmpdir(), 'warpdock-'));
  try {
    const settings = join(home, 'settings.json');
    const other = join(home, 'other.json');
    // As those have it who keep their settings in a repository, and their home on another disk.
    writeFileSync(join(home, 'kept.json'), INSTALLED, { mode: 0o600 });
    symlinkSync('kept.json', settings);
    symlinkSync(home, join(home, 'link'));
    writeFileSync(other, INSTALLED);
    // As it is installed: EXTENSIONS/warpdock/dist/uninstall.js.
    const folder = join(home, 'extensions', 'warpdock', 'dist');
    mkdirSync(folder, { recursive: true });
    const hook = join(folder, 'uninstall.js');
    writeFileSync(hook, readFileSync(resolve(__dirname, '../uninstall.js')));
    const environment = { ...process.env, XDG_DATA_HOME: home };
    const file = rememberedFile(environment);
    mkdirSync(join(home, 'warpdock'));
    const ours = { profile: 'mine', extensions: join(home, 'link', 'extensions') };
    writeFileSync(
      file,
      JSON.stringify({ [settings]: ours, [other]: { ...ours, extensions: '/elsewhere' } }),
    );
    execFileSync(process.execPath, [hook], { env: environment });
    assert.match(readFileSync(settings, 'utf8'), /defaultProfile.linux": "mine"/);
    assert.ok(lstatSync(settings).isSymbolicLink());
    assert.equal(lstatSync(join(home, 'kept.json')).mode & 0o777, 0o600);
    assert.equal(readFileSync(other, 'utf8'), INSTALLED);
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, 'utf8'))), [other]);
    writeFileSync(file, JSON.stringify({ [settings]: ours }));
    execFileSync(process.execPath, [hook], { env: environment });
    assert.equal(existsSync(file), false);
  } finally {
    rmSync(home, { recursive: true });
  }
});
