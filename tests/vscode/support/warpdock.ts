// What the extension puts into the window, and what is done with it in more than one test.

import assert from 'node:assert/strict';
import { notification } from './notifications.ts';
import { LONG, Seen, until } from './until.ts';
import type { Window } from './window.ts';

export const STATUS = 'warpdock.warpdock.';

/** The user has agreed that terminals follow their window; for tests that are not about that. */
export const FOLLOWING = { 'warpdock.terminal.follow': 'always' };

/** Reopens the window's folder in its container, and waits until it is there. */
export async function reopen(window: Window): Promise<void> {
  await window.command('Warpdock: Reopen in GPU Container');
  await isIn(window);
}

/** Waits until the status bar says that the window is in its container. */
export async function isIn(window: Window): Promise<void> {
  await window.statusBecomes(STATUS, /^(?!.*Local)(?!.*Starting)(?!.*Gone)./, 2 * LONG);
  await until('the palette to offer the way back', async () => {
    const labels = await window.commands('Warpdock: Reopen');
    return labels.includes('Warpdock: Reopen Locally') ? true : new Seen(labels.join('\n'));
  });
}

/** The notification that ends a Reopen. */
export async function welcomed(window: Window): Promise<string> {
  const { message } = await notification(window, /is in its container/, 2 * LONG);
  assert.match(message, /\(\d+(\.\d+)? s\)/, 'it says how long it took');
  return message;
}
