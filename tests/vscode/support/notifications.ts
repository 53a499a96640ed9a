// Notifications: what they say, and their buttons.

import type { Locator } from 'playwright-core';
import { LONG, Seen, until } from './until.ts';
import type { Window } from './window.ts';

export interface Notification {
  message: string;
  buttons: string[];
  item: Locator;
}

/** The notifications that show. */
export async function notifications(window: Window): Promise<Notification[]> {
  const items = await window.page.locator('.notifications-toasts .notification-list-item').all();
  return Promise.all(
    items.map(async (item) => ({
      message: (
        await item.locator('.notification-list-item-message').innerText({ timeout: 1_000 })
      ).trim(),
      buttons: await item
        .locator('.notification-list-item-buttons-container .monaco-button')
        .allInnerTexts(),
      item,
    })),
  );
}

/** Waits for one whose message matches. */
export async function notification(
  window: Window,
  wanted: RegExp,
  limit: number = LONG,
): Promise<Notification> {
  return until(
    `a notification ${wanted}`,
    async () => {
      const all = await notifications(window);
      const found = all.find(({ message }) => wanted.test(message));
      return (
        found ??
        new Seen(
          all.map(({ message, buttons }) => `${message} [${buttons.join('] [')}]`).join('\n'),
        )
      );
    },
    limit,
  );
}

/** Presses a button of a notification. */
export async function press(notification: Notification, button: string): Promise<void> {
  await notification.item
    .locator('.notification-list-item-buttons-container')
    .getByText(button, { exact: true })
    .click();
}
