// Waiting for a condition with a deadline. Owns the only sleep of these tests.

import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for a loaded machine, short enough for a person. */
export const LONG = 30_000;

/** What was there instead of what is waited for. */
export class Seen {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Asks `look` until it answers with something other than `Seen`, and returns that.
 *
 * What `look` throws counts as seen: an element may go while it is read. After `limit`
 * milliseconds it fails with `what` and with what was seen last.
 */
export async function until<T>(
  what: string,
  look: () => T | Seen | Promise<T | Seen>,
  limit: number = LONG,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    let seen: Seen;
    try {
      const found = await look();
      if (!(found instanceof Seen)) return found;
      seen = found;
    } catch (error) {
      seen = new Seen(String(error));
    }
    if (Date.now() >= end) {
      throw new Error(`waited ${limit / 1000} s for ${what}; seen last:\n${seen.text}`);
    }
    await pause(50);
  }
}
