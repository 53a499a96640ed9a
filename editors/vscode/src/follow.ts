// The default terminal profile that lets terminals follow the window: installing it once, with
// consent, and putting back what was there before.
//
// The profile is a static one of the user's settings, whose program is `warpdock`'s shim. A
// contributed profile as the default would break every reattach of a reloaded window.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Context } from './context';
import { printed } from './failure';
import { PROFILE, type Remembered, rememberedFile } from './restore';

const PROFILES = 'integrated.profiles.linux';
const DEFAULT = 'integrated.defaultProfile.linux';

/** The shim's programs, by the shell that each stands for. */
export type Shim = Record<string, string>;

/** Whether new terminals follow the window now. */
export function follows(): boolean {
  return vscode.workspace.getConfiguration('terminal').get(DEFAULT) === PROFILE;
}

/** Makes terminals follow, asking once. */
export async function ensureFollowing(context: Context): Promise<boolean> {
  const settings = vscode.workspace.getConfiguration('warpdock');
  const wanted = settings.get<'ask' | 'always' | 'never'>('terminal.follow');
  if (wanted === 'never') {
    return false;
  }
  if (wanted === 'ask') {
    const answer = await ask();
    if (answer === undefined) {
      return false;
    }
    await settings.update('terminal.follow', answer, vscode.ConfigurationTarget.Global);
    if (answer === 'never') {
      return false;
    }
  }
  await install(context);
  // The project's own default goes before the user's.
  const here = vscode.workspace.getConfiguration('terminal').inspect<string | null>(DEFAULT);
  const own = here?.workspaceFolderValue ?? here?.workspaceValue ?? PROFILE;
  if (own !== PROFILE) {
    context.log.warn(`new terminals stay local: the project's settings make ${own} the default`);
  }
  return own === PROFILE;
}

async function ask(): Promise<'always' | 'never' | undefined> {
  const present = vscode.workspace.getConfiguration('terminal').get<string | null>(DEFAULT);
  const pressed = await vscode.window.showInformationMessage(
    'Shall new terminals and shell tasks follow a window into its container?',
    {
      modal: true,
      detail: [
        'Warpdock then makes a terminal profile of its own the default one, in your user settings. In windows that are not in a container it opens your shell as before.',
        `${present ? `Your present default, ${present},` : 'That you have set no default'} is remembered, and comes back when you say so or when Warpdock is uninstalled. Nothing is written into your projects.`,
      ].join('\n\n'),
    },
    'Follow the Window',
    'Never',
  );
  switch (pressed) {
    case 'Follow the Window':
      return 'always';
    case 'Never':
      return 'never';
    default:
      return undefined;
  }
}

async function install(context: Context): Promise<void> {
  const shim = await installShim(context);
  const shell = shellOf(shim);
  const settings = vscode.workspace.getConfiguration('terminal');
  const profiles = settings.inspect<Record<string, unknown>>(PROFILES)?.globalValue ?? {};
  // No arguments: VS Code injects its shell integration only where a profile has none.
  const profile = { path: [shim[shell], shell], icon: 'vm' };
  if (JSON.stringify(profiles[PROFILE]) !== JSON.stringify(profile)) {
    const all = { ...profiles, [PROFILE]: profile };
    await settings.update(PROFILES, all, vscode.ConfigurationTarget.Global);
  }
  const present = settings.inspect<string | null>(DEFAULT)?.globalValue;
  if (present !== PROFILE) {
    remember(context, present ?? null);
    await settings.update(DEFAULT, PROFILE, vscode.ConfigurationTarget.Global);
  }
}

/** Puts the default back that was there before. */
export async function stopFollowing(context: Context): Promise<void> {
  const settings = vscode.workspace.getConfiguration('terminal');
  if (settings.inspect<string | null>(DEFAULT)?.globalValue === PROFILE) {
    const before = remembered()[settingsFile(context)]?.profile ?? undefined;
    await settings.update(DEFAULT, before, vscode.ConfigurationTarget.Global);
  }
  const profiles = settings.inspect<Record<string, unknown>>(PROFILES)?.globalValue;
  if (profiles !== undefined && PROFILE in profiles) {
    const { [PROFILE]: _ours, ...others } = profiles;
    const rest = Object.keys(others).length === 0 ? undefined : others;
    await settings.update(PROFILES, rest, vscode.ConfigurationTarget.Global);
  }
  const own = vscode.workspace.getConfiguration('warpdock');
  await own.update('terminal.follow', undefined, vscode.ConfigurationTarget.Global);
}

/** Puts a copy of the program where updates of the extension do not move it. */
export async function installShim(context: Context): Promise<Shim> {
  const { path, environment } = context.server;
  const run = promisify(execFile);
  try {
    const { stdout } = await run(path, ['--json', 'shim', 'install'], { env: environment });
    return JSON.parse(stdout) as Shim;
  } catch (error) {
    // The exit code says that it failed, and the output why.
    throw printed((error as { stdout?: unknown }).stdout) ?? error;
  }
}

/** The user's own shell, where the shim has that name: VS Code knows shells by their names. */
function shellOf(shim: Shim): string {
  const own = basename(vscode.env.shell || process.env.SHELL || 'bash');
  return own in shim ? own : 'bash';
}

/** For the uninstall hook as well, which runs without an editor. */
function remember(context: Context, profile: string | null): void {
  const file = rememberedFile(process.env);
  const extensions = dirname(context.extension.extensionPath);
  const before = { profile, extensions };
  const all = {
    ...remembered(),
    ...Object.fromEntries(settingsFiles(context).map((it) => [it, before])),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(all, undefined, 2));
}

function remembered(): Remembered {
  try {
    return JSON.parse(readFileSync(rememberedFile(process.env), 'utf8'));
  } catch {
    return {};
  }
}

/** The user's settings, and those of a server, where "global" may be either. */
function settingsFiles(context: Context): string[] {
  const user = settingsFile(context);
  return [user, resolve(user, '../../Machine/settings.json')];
}

/** The settings beside the folder in which the editor lets us keep things. */
function settingsFile(context: Context): string {
  return resolve(context.extension.globalStorageUri.fsPath, '../../settings.json');
}
