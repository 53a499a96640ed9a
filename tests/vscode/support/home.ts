// A private home for each file of tests: HOME, sockets, state and caches of its own, and
// projects beside them. What was started in it ends with it, containers included.

import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { given, repository } from './paths.ts';
import { Seen, until } from './until.ts';

export class Home {
  /** Short, because paths of sockets are. */
  readonly folder: string = fs.mkdtempSync(path.join(os.tmpdir(), 'wd-'));
  readonly variables: Record<string, string>;
  /** What a machine with GPUs has besides: for the daemon, as VS Code takes PATH from a login shell. */
  readonly gpu: Record<string, string>;

  constructor() {
    const make = (name: string): string => {
      const folder = path.join(this.folder, name);
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    };
    // What the host's `nvidia-smi`, a stand-in, finds.
    const devices = make('dev');
    for (const name of ['nvidia0', 'nvidia1']) fs.writeFileSync(path.join(devices, name), '');
    this.gpu = {
      PATH: `${path.join(repository, 'tests/gpu-stand-in')}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      WARPDOCK_STAND_IN_DEV: devices,
    };
    this.variables = {
      HOME: make('home'),
      XDG_STATE_HOME: make('home/state'),
      XDG_CACHE_HOME: make('home/cache'),
      XDG_CONFIG_HOME: make('home/config'),
      XDG_DATA_HOME: make('home/data'),
      WARPDOCK_RUNTIME_DIR: make('run'),
      DOCKER_HOST: `unix://${given('WARPDOCK_TEST_ENGINE')}`,
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      USER: 'root',
      SHELL: '/bin/bash',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
    };
  }

  /** A copy of an example of the repository, which a test may change. */
  example(name: string, as: string = name): string {
    const folder = path.join(this.folder, as);
    fs.cpSync(path.join(repository, 'examples', name), folder, {
      recursive: true,
      // What somebody's training left there is not the example's.
      filter: (source) => path.basename(source) !== 'runs',
    });
    return folder;
  }

  /** A project of these files. */
  project(name: string, files: Record<string, string>): string {
    const folder = path.join(this.folder, name);
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    return folder;
  }

  /** What a program prints that runs in this home. Throws, with its words, when it fails. */
  run(folder: string, program: string, ...words: string[]): string {
    return execFileSync(program, words, { cwd: folder, env: this.variables, encoding: 'utf8' });
  }

  /** What `warpdock` prints here. */
  warpdock(folder: string, ...words: string[]): string {
    return this.run(folder, given('WARPDOCK_TEST_BINARY'), ...words);
  }

  /** The processes of this home whose command line contains a text. */
  processes(text = ''): number[] {
    const mark = `WARPDOCK_RUNTIME_DIR=${this.variables.WARPDOCK_RUNTIME_DIR}\0`;
    return fs
      .readdirSync('/proc')
      .map(Number)
      .filter((pid) => {
        if (!Number.isInteger(pid) || pid === process.pid) return false;
        try {
          return (
            fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark) &&
            fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text)
          );
        } catch {
          // It ended while we looked.
          return false;
        }
      });
  }

  /** Kills every process of this home whose command line contains a text, and waits for it. */
  async kill(text = ''): Promise<void> {
    await until('the processes of a test to end', () => {
      const pids = this.processes(text);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself.
        }
      }
      return pids.length === 0 ? true : new Seen(pids.join(' '));
    });
  }

  /** The containers that mount something of this home. */
  containers(): string[] {
    const list = this.run(
      '/',
      'docker',
      'ps',
      '--all',
      '--no-trunc',
      '--format',
      '{{.ID}} {{.Mounts}}',
    );
    return list
      .split('\n')
      .filter((line) => line.includes(this.folder))
      .map((line) => line.slice(0, line.indexOf(' ')));
  }

  /** The ends of the logs, for a test that fails: warpdock's and the extension's. */
  logs(): string {
    return fs
      .readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() &&
          entry.name.endsWith('.log') &&
          /warpdock/i.test(entry.parentPath + entry.name),
      )
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return `--- ${file}\n${fs.readFileSync(file, 'utf8').split('\n').slice(-40).join('\n')}`;
      })
      .join('\n');
  }

  async stop(): Promise<void> {
    await this.kill();
    const containers = this.containers();
    if (containers.length > 0) this.run('/', 'docker', 'rm', '--force', '--volumes', ...containers);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
