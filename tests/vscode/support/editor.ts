// The editor's affairs: squiggles, hover, quick fixes, typing, and the Problems panel.

import type { Locator } from 'playwright-core';
import { LONG, Seen, until } from './until.ts';
import type { Window } from './window.ts';

export type Squiggle = 'error' | 'warning' | 'info' | 'hint';

export class Editor {
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
  }

  /** The text that can be seen, as it is in the file. */
  async text(): Promise<string> {
    const lines = await this.#editor()
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({
            top: element.getBoundingClientRect().top,
            text: element.textContent,
          }))
          .sort((one, other) => one.top - other.top)
          .map(({ text }) => text),
      );
    // The editor shows no-break spaces.
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Waits until the text matches. */
  async shows(wanted: RegExp): Promise<string> {
    return until(`the editor to show ${wanted}`, async () => {
      const text = await this.text();
      return wanted.test(text) ? text : new Seen(text);
    });
  }

  /** Puts the cursor at a line and column, from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await this.focus();
    await this.#window.page.keyboard.press('Control+g');
    await this.#window.answer(`:${line}:${column}`);
    await until('the cursor to be there', async () => {
      const place = await this.#window.status('status.editor.selection');
      return place.startsWith(`Ln ${line}, Col ${column}`) ? true : new Seen(place);
    });
    await this.focus();
  }

  async focus(): Promise<void> {
    await this.#window.command('View: Focus Active Editor Group');
  }

  /** Types at the cursor. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.#window.page.keyboard.type(text);
  }

  async press(key: string): Promise<void> {
    await this.focus();
    await this.#window.page.keyboard.press(key);
  }

  async save(): Promise<void> {
    await this.press('Control+s');
    await this.#editor()
      .page()
      .locator('.tabs-container .tab.active:not(.dirty)')
      .waitFor({ timeout: LONG });
  }

  /** Waits for so many squiggles of a kind. */
  async squiggles(kind: Squiggle, wanted: number, limit: number = LONG): Promise<void> {
    await until(
      `${wanted} squiggles (${kind})`,
      async () => {
        const count = await this.#editor().locator(`.squiggly-${kind}`).count();
        return count === wanted ? true : new Seen(`${count}, in\n${await this.text()}`);
      },
      limit,
    );
  }

  /** The text of the hover at the cursor. */
  async hover(): Promise<string> {
    const hover = this.#window.page.locator(
      '.monaco-hover:not(.hidden) .hover-contents, .monaco-hover:not(.hidden) .hover-row',
    );
    return until('the hover', async () => {
      if ((await hover.count()) === 0) await this.#window.command('Show or Focus Hover');
      await hover.first().waitFor({ state: 'visible', timeout: 2_000 });
      const text = (await hover.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
      return text.trim() === '' || /^Loading/.test(text) ? new Seen(text) : text;
    });
  }

  /** The titles of the code actions at the cursor; leaves their list open. */
  async actions(wanted: RegExp): Promise<string[]> {
    const rows = this.#window.page.locator('.action-widget .monaco-list-row.action');
    return until(`a code action ${wanted}`, async () => {
      if ((await rows.count()) === 0) await this.press('Control+.');
      await rows.first().waitFor({ state: 'visible', timeout: 2_000 });
      const titles = await rows.allInnerTexts();
      if (titles.some((title) => wanted.test(title))) return titles;
      await this.#window.page.keyboard.press('Escape');
      return new Seen(titles.join('\n'));
    });
  }

  /** Applies the code action at the cursor whose title matches. */
  async fix(wanted: RegExp): Promise<void> {
    const titles = await this.actions(wanted);
    const index = titles.findIndex((title) => wanted.test(title));
    // A click on a row is lost where the list has just come.
    for (let step = 0; step < index; step += 1) await this.#window.page.keyboard.press('ArrowDown');
    await this.#window.page.keyboard.press('Enter');
  }

  /** The code lenses that can be seen. */
  async lenses(): Promise<string[]> {
    return this.#editor().locator('.codelens-decoration a').allInnerTexts();
  }

  #editor(): Locator {
    return this.#window.page.locator('.editor-group-container.active .monaco-editor').first();
  }
}

/** Waits until the Problems panel has an entry that matches, and returns all of them. */
export async function problem(
  window: Window,
  wanted: RegExp,
  limit: number = LONG,
): Promise<string[]> {
  const rows = window.page.locator('.markers-panel .monaco-list-row');
  return until(
    `a problem ${wanted}`,
    async () => {
      if (!(await window.page.locator('.markers-panel').isVisible()))
        await window.command('Problems: Focus on Problems View');
      const texts = (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
      return texts.some((text) => wanted.test(text)) ? texts : new Seen(texts.join('\n'));
    },
    limit,
  );
}
