// The terminal panel: its tabs, and the screen of the active one as text.

import type { Locator } from 'playwright-core';
import { LONG, Seen, until } from './until.ts';
import type { Window } from './window.ts';

export class Terminals {
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
  }

  /** Opens one as a person does, and waits until a shell shows its prompt in it. */
  async open(): Promise<void> {
    const before = await this.count();
    await this.#window.command('Terminal: Create New Terminal');
    await until('a new terminal', async () => {
      const count = await this.count();
      return count > before ? true : new Seen(`${count} terminals, ${before} before`);
    });
    await this.prompt();
  }

  /** Waits for a prompt at the end of the screen. */
  async prompt(limit: number = LONG): Promise<void> {
    await this.shows(/[#$] *$/, limit);
  }

  /** Brings the panel into view with the terminal that was active last. */
  async show(): Promise<void> {
    await until('the terminal panel', async () => {
      if (!(await (await this.#active()).isVisible()))
        await this.#window.command('Terminal: Focus on Terminal View');
      return (await (await this.#active()).isVisible()) ? true : new Seen('no active terminal');
    });
  }

  /** Types a line and Enter into the active terminal. */
  async type(line: string): Promise<void> {
    const active = await this.#active();
    await active.locator('.xterm-helper-textarea').focus({ timeout: LONG });
    await this.#window.page.keyboard.type(line);
    await this.#window.page.keyboard.press('Enter');
  }

  /** Sends a key to the active terminal. */
  async press(key: string): Promise<void> {
    const active = await this.#active();
    await active.locator('.xterm-helper-textarea').focus({ timeout: LONG });
    await this.#window.page.keyboard.press(key);
  }

  /** What the active terminal shows, without the empty rows at its end. */
  async text(): Promise<string> {
    return (await this.#rows()).join('\n').trimEnd();
  }

  /**
   * Waits until the active terminal's screen matches, and returns what matched. A line that
   * is wrapped at the terminal's edge matches too.
   */
  async shows(wanted: RegExp, limit: number = LONG): Promise<RegExpExecArray> {
    return until(
      `the terminal to show ${wanted}`,
      async () => {
        const rows = await this.#rows();
        const text = rows.join('\n').trimEnd();
        return wanted.exec(text) ?? wanted.exec(rows.join('').trimEnd()) ?? new Seen(text);
      },
      limit,
    );
  }

  /** How many there are. */
  async count(): Promise<number> {
    const tabs = await this.#tabs().count();
    if (tabs > 0) return tabs;
    // A single one has no list beside it.
    return (await this.#window.page.locator('#terminal .terminal-wrapper .xterm').count()) > 0
      ? 1
      : 0;
  }

  /** The names in the list beside the terminals, which shows from the second on. */
  async names(): Promise<string[]> {
    return this.#tabs().allInnerTexts();
  }

  /** Makes another one active, by its place in the list. */
  async choose(index: number): Promise<void> {
    await this.#tabs().nth(index).click();
  }

  /** Ends the active one. */
  async kill(): Promise<void> {
    const before = await this.count();
    await this.#window.command('Terminal: Kill the Active Terminal Instance');
    await until('the terminal to go', async () => {
      const count = await this.count();
      return count < before ? true : new Seen(`${count} terminals`);
    });
  }

  async #rows(): Promise<string[]> {
    const active = await this.#active();
    const rows = await active.locator('.xterm-rows > div').allTextContents();
    return rows.map((row) => row.replaceAll(' ', ' '));
  }

  /** Of terminals side by side the one that has the cursor. */
  async #active(): Promise<Locator> {
    const shown = this.#window.page.locator('#terminal .terminal-wrapper.active');
    const focused = shown.filter({ has: this.#window.page.locator('.xterm.focus') });
    return (await focused.count()) > 0 ? focused.first() : shown.first();
  }

  #tabs(): Locator {
    return this.#window.page.locator('#terminal .tabs-list .monaco-list-row');
  }
}
