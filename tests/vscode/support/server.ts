// The server of a real VS Code: folders of its own, extensions installed from their VSIX,
// a port of its own. Owns the process, not the browser that looks at it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Home } from './home.ts';
import { given } from './paths.ts';
import { SETTINGS } from './settings.ts';
import { Seen, until } from './until.ts';

export interface ServerOptions {
  /** Files of extensions, installed before the start. */
  vsix?: string[];
  /** The user's settings, over the common ones. */
  settings?: Record<string, unknown>;
  /** The machine's settings: those of scope `machine` are read from there alone. */
  machine?: Record<string, unknown>;
  /** Whether folders are untrusted until the user trusts them. */
  trust?: boolean;
  /** Variables over the home's. */
  variables?: Record<string, string>;
}

export class Server {
  readonly #process: ChildProcess;
  readonly #home: Home;
  readonly #address: string;

  private constructor(process: ChildProcess, home: Home, address: string) {
    this.#process = process;
    this.#home = home;
    this.#address = address;
  }

  /** Makes the folders, installs the extensions, and runs. */
  static async start(home: Home, options: ServerOptions = {}): Promise<Server> {
    for (const name of ['code/user/User', 'code/user/Machine', 'code/extensions', 'code/server']) {
      fs.mkdirSync(path.join(home.folder, name), { recursive: true });
    }
    const write = (which: string, settings: object): void =>
      fs.writeFileSync(
        path.join(home.folder, 'code/user', which, 'settings.json'),
        JSON.stringify(settings, undefined, 2),
      );
    write('User', { ...SETTINGS, ...options.settings });
    if (options.machine !== undefined) write('Machine', options.machine);
    for (const file of options.vsix ?? []) Server.cli(home, '--install-extension', file, '--force');
    return Server.run(home, options);
  }

  /** Runs one on the folders that are there, as after a restart of the machine. */
  static async run(home: Home, options: ServerOptions = {}): Promise<Server> {
    const log = path.join(home.folder, 'code/server.log');
    const output = fs.openSync(log, 'w');
    const words = [
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token'],
      ...['--disable-telemetry', '--disable-experiments', '--disable-getting-started-override'],
      ...(options.trust === true ? [] : ['--disable-workspace-trust']),
    ];
    const child = spawn(node(), [main(), ...folders(home), ...words], {
      // A group of its own, so that it can be ended as a whole.
      detached: true,
      env: { ...home.variables, ...options.variables },
      stdio: ['ignore', output, output],
    });
    fs.closeSync(output);
    const port = await until('VS Code to listen', () => {
      const text = fs.readFileSync(log, 'utf8');
      const found = /agent listening on (\d+)/.exec(text)?.[1];
      if (found === undefined && child.exitCode !== null) return new Seen(`ended: ${text}`);
      return found ?? new Seen(text);
    });
    return new Server(child, home, `http://127.0.0.1:${port}`);
  }

  /** VS Code's own command line, for installing and uninstalling. */
  static cli(home: Home, ...words: string[]): string {
    return execFileSync(node(), [main(), ...folders(home), ...words], {
      encoding: 'utf8',
      env: home.variables,
    });
  }

  /** The address at which a browser sees this folder. */
  address(folder: string): string {
    return `${this.#address}/?${new URLSearchParams({ folder })}`;
  }

  /** The user's settings as they are now. */
  settings(): Record<string, unknown> {
    const merged: Record<string, unknown> = {};
    for (const which of ['User', 'Machine']) {
      const file = path.join(this.#home.folder, 'code/user', which, 'settings.json');
      if (fs.existsSync(file)) Object.assign(merged, JSON.parse(fs.readFileSync(file, 'utf8')));
    }
    return merged;
  }

  async stop(): Promise<void> {
    const { pid } = this.#process;
    const ended = () => (this.#process.exitCode ?? this.#process.signalCode) !== null;
    if (pid === undefined || ended()) return;
    process.kill(-pid, 'SIGTERM');
    try {
      await until('VS Code to end', () => (ended() ? true : new Seen('it runs')), 5_000);
    } catch {
      process.kill(-pid, 'SIGKILL');
    }
  }
}

function node(): string {
  return path.join(given('WARPDOCK_TEST_VSCODE'), 'node');
}

function main(): string {
  return path.join(given('WARPDOCK_TEST_VSCODE'), 'vs/out/server-main.js');
}

function folders(home: Home): string[] {
  const folder = (name: string): string => path.join(home.folder, 'code', name);
  return [
    '--accept-server-license-terms',
    ...['--server-data-dir', folder('server'), '--user-data-dir', folder('user')],
    ...['--extensions-dir', folder('extensions'), '--telemetry-level', 'off'],
  ];
}
