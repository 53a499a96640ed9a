// What becomes of the terminal settings when Warpdock goes: as text, without an editor. Pure but
// for the place where it is remembered.

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';

/** The name of Warpdock's terminal profile in the settings. */
export const PROFILE = 'Warpdock';

const DEFAULT = 'terminal.integrated.defaultProfile.linux';
const PROFILES = 'terminal.integrated.profiles.linux';
const FOLLOW = 'warpdock.terminal.follow';

/** What a settings file said before. */
export interface Before {
  /** The default profile; null: none was set. */
  readonly profile: string | null;
  /** The folder of the extensions that asked, so that one editor does not undo another's. */
  readonly extensions: string;
}

/** What was there before, by settings file. */
export type Remembered = Record<string, Before>;

/** Where it is remembered: a place that the uninstall hook can find. */
export function rememberedFile(environment: NodeJS.ProcessEnv): string {
  const data = environment.XDG_DATA_HOME;
  const folder = data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local/share');
  return join(folder, 'warpdock', 'vscode-terminals.json');
}

/** Settings as they are to be when Warpdock is gone. A default that is not ours stays. */
export function restored(text: string, profile: string | null): string {
  let now = text;
  const settings = parse(text);
  if (typeof settings !== 'object' || settings === null) {
    return text;
  }
  if (settings[DEFAULT] === PROFILE) {
    now = set(now, [DEFAULT], profile ?? undefined);
  }
  const profiles = settings[PROFILES];
  if (typeof profiles === 'object' && profiles !== null && PROFILE in profiles) {
    const isOnly = Object.keys(profiles).length === 1;
    now = set(now, isOnly ? [PROFILES] : [PROFILES, PROFILE], undefined);
  }
  return FOLLOW in settings ? set(now, [FOLLOW], undefined) : now;
}

function set(text: string, path: string[], value: unknown): string {
  const formattingOptions = { insertSpaces: true, tabSize: 4 };
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}
