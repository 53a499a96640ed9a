// A window of VS Code as a person has it: opening, commands, the quick input, files, pictures.
// What is inside a part of the workbench is the affair of that part's file.

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { screenshots } from './paths.ts';
import { LONG, Seen, until } from './until.ts';

export class Window {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens an address and waits until the workbench is there. */
  static async open(context: BrowserContext, address: string): Promise<Window> {
    const window = new Window(await context.newPage());
    await window.page.goto(address);
    await window.ready();
    return window;
  }

  /** Reloads the page, which is what `Developer: Reload Window` does here. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Runs a command from the palette, by its whole title. */
  async command(title: string): Promise<void> {
    await until(`the command "${title}"`, async () => {
      // The list is made when the palette opens: a command that comes later needs a new one.
      await this.#palette(`>${title}`);
      try {
        await this.pick(title, 2_000);
        return true;
      } catch {
        // A click may be told to have failed after it did its work: never do it twice.
        if (!(await this.#input().isVisible())) return true;
        const labels = await this.#labels();
        await this.page.keyboard.press('Escape');
        return new Seen(labels.join('\n'));
      }
    });
  }

  /** The labels that the palette shows for a text. */
  async commands(text: string): Promise<string[]> {
    await this.#palette(`>${text}`);
    const labels = await until('the palette to settle', async () => {
      const before = await this.#labels();
      const after = await this.#labels();
      return before.length > 0 && before.join() === after.join()
        ? after
        : new Seen(after.join('\n'));
    });
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** Clicks the row of the quick input that has this label. */
  async pick(label: string, limit: number = LONG): Promise<void> {
    await until(
      `the entry "${label}"`,
      async () => {
        const row = this.#rows()
          .filter({ has: this.page.getByText(label, { exact: true }) })
          .first();
        if (!(await row.isVisible())) return new Seen((await this.#labels()).join('\n'));
        await row.click({ timeout: 1_000 });
        return true;
      },
      limit,
    );
  }

  /** Types into the quick input and presses Enter. */
  async answer(text: string): Promise<void> {
    const input = this.#input();
    await input.waitFor({ state: 'visible', timeout: LONG });
    await input.fill(text);
    await input.press('Enter');
  }

  /** Opens a file of the folder, with the cursor at a place (`name:line:column`). */
  async file(name: string): Promise<void> {
    await this.#palette(name);
    const [wanted] = path.basename(name).split(':');
    await until(`the file ${name} in the list`, async () => {
      const labels = await this.#labels();
      return labels.some((label) => label.includes(wanted ?? name))
        ? true
        : new Seen(labels.join('\n'));
    });
    await this.page.keyboard.press('Enter');
    await until(`the editor of ${name}`, async () => {
      const tab = await this.page
        .locator('.tabs-container .tab.active')
        .first()
        .getAttribute('data-resource-name', { timeout: 1_000 });
      return tab === wanted ? true : new Seen(String(tab));
    });
  }

  /** The first item of the status bar whose id begins so, its text. */
  async status(id: string): Promise<string> {
    return (
      await this.page.locator(`.statusbar-item[id^="${id}"]`).first().innerText({ timeout: 1_000 })
    ).trim();
  }

  /** Waits until an item of the status bar reads so. */
  async statusBecomes(id: string, wanted: RegExp, limit: number = LONG): Promise<string> {
    return until(
      `the status bar's ${id} to match ${wanted}`,
      async () => {
        const text = await this.status(id);
        return wanted.test(text) ? text : new Seen(text);
      },
      limit,
    );
  }

  /** The dialog in the middle of the window, once it shows. */
  async dialog(): Promise<Locator> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.waitFor({ state: 'visible', timeout: LONG });
    return dialog;
  }

  /** Keeps a picture of the window. */
  async picture(name: string): Promise<void> {
    fs.mkdirSync(screenshots, { recursive: true });
    // Hover widgets and cursors move on by themselves otherwise.
    await this.page.screenshot({
      path: path.join(screenshots, `${name}.png`),
      animations: 'disabled',
      caret: 'hide',
    });
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 2 * LONG });
    await this.page
      .locator('.statusbar-item')
      .first()
      .waitFor({ timeout: 2 * LONG });
    // The same letters in every picture, whatever the machine has.
    await this.page.addStyleTag({
      content: '.monaco-workbench { font-family: Inter, sans-serif !important; }',
    });
  }

  /** Opens the quick input with this text: `>` begins a command, else it is a file. */
  async #palette(text: string): Promise<void> {
    const input = this.#input();
    await until('the palette', async () => {
      // Keys are lost while the workbench settles, and a second one does no harm.
      if (!(await input.isVisible())) await this.page.keyboard.press('F1');
      await input.waitFor({ state: 'visible', timeout: 1_000 });
      await input.fill(text, { timeout: 1_000 });
      const value = await input.inputValue({ timeout: 1_000 });
      return value === text ? true : new Seen(value);
    });
  }

  async #labels(): Promise<string[]> {
    return this.#rows().locator('.quick-input-list-row:first-child .label-name').allInnerTexts();
  }

  #rows(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  }

  #input(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }
}
