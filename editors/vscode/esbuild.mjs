// Bundles the extension into dist/. With --tests, the checks of its pure parts as well.

import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const tests = process.argv.includes('--tests');

const shared = {
  absWorkingDir: here,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  legalComments: 'linked',
};

rmSync(`${here}dist`, { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ['src/extension.ts', 'src/uninstall.ts'],
  outdir: 'dist',
  external: ['vscode'],
  // jsonc-parser's UMD build, its main, hides its parts from a bundler.
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
});
if (tests) {
  await build({
    ...shared,
    entryPoints: readdirSync(`${here}tests`)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `tests/${name}`),
    outdir: 'dist/tests',
    mainFields: ['module', 'main'],
  });
}
