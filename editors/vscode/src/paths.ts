// Paths of the container and of this machine, which are one folder with two names. Pure.

import { posix } from 'node:path';

/** Where a workspace is when nothing else says so. */
export const DEFAULT_FOLDER = '/app';

/** The host's path of a path in the container; `undefined`: it is not in the workspace. */
export function toHost(path: string, inside: string, workspace: string): string | undefined {
  const below = relative(inside, path);
  return below === undefined ? undefined : posix.join(workspace, below);
}

/** The container's path of a path of the host; `undefined`: it is not in the workspace. */
export function toContainer(path: string, inside: string, workspace: string): string | undefined {
  const below = relative(workspace, path);
  return below === undefined ? undefined : posix.join(inside, below);
}

function relative(folder: string, path: string): string | undefined {
  if (!posix.isAbsolute(path)) {
    return undefined;
  }
  const below = posix.relative(folder, posix.normalize(path));
  return below === '..' || below.startsWith('../') ? undefined : below;
}

/** A place in a file that a line of a terminal names. */
export interface Mention {
  /** Where the mention begins in the line. */
  readonly start: number;
  /** How long it is. */
  readonly length: number;
  /** The path in the container. */
  readonly path: string;
  /** Line from 1. */
  readonly line: number;
  /** Column from 1. */
  readonly column: number;
}

/** Absolute paths with a line, as compilers (`/app/a.c:3:7`) and Python (`File "/app/a.py", line 3`) write them. */
export function mentions(text: string, inside: string): Mention[] {
  const folder = inside.replace(/\/+$/, '');
  const start = `${escaped(folder)}/`;
  const python = new RegExp(`"(${start}[^"\\n]+)", line (\\d+)`, 'g');
  const compiler = new RegExp(
    `(?<![\\w/.-])(${start}[^\\s:"'()\\[\\]<>|,;]+)(?::(\\d+)(?::(\\d+))?|\\((\\d+)(?:,(\\d+))?\\))`,
    'g',
  );
  const found: Mention[] = [];
  for (const match of text.matchAll(python)) {
    const [whole, path = '', line] = match;
    const mention = { start: match.index + 1, length: whole.length - 1, path };
    found.push({ ...mention, line: Number(line), column: 1 });
  }
  for (const match of text.matchAll(compiler)) {
    const [whole, path = '', colonLine, colonColumn, line, column] = match;
    found.push({
      start: match.index,
      length: whole.length,
      path,
      line: Number(colonLine ?? line),
      column: Number(colonColumn ?? column ?? 1),
    });
  }
  return found.sort((one, other) => one.start - other.start);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
