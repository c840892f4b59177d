import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from './harness/engines.ts';
import { type Site, serveBuiltExamples } from './site.ts';

/** A busy machine. */
const PATIENCE = { timeout: 15_000 };
const pages = ['notes.html', 'notes-svelte.html'];

let site: Site;
beforeAll(async () => {
  site = await serveBuiltExamples();
});
afterAll(() => site?.close());

const count = (page: Page) => page.getByLabel('Matching notes').textContent();
const titles = (page: Page) => page.locator('.list li b').allTextContents();
const value = (page: Page, label: string) => page.getByLabel(label, { exact: true }).inputValue();

async function addNote(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New' }).click();
  await expect.poll(() => value(page, 'Title').catch(() => undefined), PATIENCE).toBe('');
  await page.getByLabel('Title').pressSequentially(title);
  await expect.poll(() => titles(page), PATIENCE).toContain(title);
}

/** The file that the page gives to download. A stock Firefox tells its driver of none: there it is taken from the page. */
async function exported(page: Page, engine: string): Promise<Buffer> {
  const press = (): Promise<void> => page.getByRole('button', { name: 'Export' }).click();
  if (engine === 'chromium') {
    const [download] = await Promise.all([page.waitForEvent('download'), press()]);
    return readFile(await download.path());
  }
  const text = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        HTMLAnchorElement.prototype.click = function () {
          resolve(fetch(this.href).then((response) => response.text()));
        };
      }),
  );
  await press();
  return Buffer.from(await text);
}

describe.each(engines)('$name', (engine) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await engine.type.launch(engine.options);
  });
  afterAll(() => browser?.close());

  describe.each(pages)('%s', (path) => {
    async function visit(work: (open: () => Promise<Page>, context: BrowserContext) => Promise<void>): Promise<void> {
      const context = await browser.newContext();
      try {
        await work(async () => {
          const page = await context.newPage();
          await page.goto(site.url + path);
          await expect.poll(() => count(page), PATIENCE).toMatch(/notes?/);
          return page;
        }, context);
      } finally {
        await context.close();
      }
    }

    test('a note is written key by key, in the middle of its title too, and is there after a reload and in another tab', () =>
      visit(async (open) => {
        const page = await open();
        await addNote(page, 'Buy bread');
        for (let steps = 0; steps < 5; steps++) await page.getByLabel('Title').press('ArrowLeft');
        await page.getByLabel('Title').pressSequentially('fresh ');
        await page.getByLabel('Text').pressSequentially('Before noon');
        const other = await open();
        for (const each of [page, other]) await expect.poll(() => titles(each), PATIENCE).toEqual(['Buy fresh bread']);
        await page.reload();
        await expect.poll(() => value(page, 'Text').catch(() => undefined), PATIENCE).toBe('Before noon');
      }));

    test('two tabs edit two fields of one note at the same time, and both stay', () =>
      visit(async (open) => {
        const here = await open();
        await addNote(here, 'A');
        const there = await open();
        await there.locator('.list li a').click();
        await expect.poll(() => value(there, 'Title').catch(() => undefined), PATIENCE).toBe('A');
        // A field of a page in the background begins at its start, whenever it is looked up.
        await here.getByLabel('Title').press('End');
        await Promise.all([
          here.keyboard.type(' title of many letters'),
          there.getByLabel('Text').pressSequentially('a text of many letters'),
        ]);
        for (const page of [here, there]) {
          await expect.poll(() => value(page, 'Title'), PATIENCE).toBe('A title of many letters');
          await expect.poll(() => value(page, 'Text'), PATIENCE).toBe('a text of many letters');
        }
      }));

    test('filter, search and order are of this tab, and counts follow in every tab', () =>
      visit(async (open) => {
        const [here, there] = [await open(), await open()];
        for (const title of ['banana', 'apple', 'cherry']) await addNote(here, title);
        await here.getByLabel('Order').selectOption('title');
        await expect.poll(() => titles(here), PATIENCE).toEqual(['apple', 'banana', 'cherry']);
        await here.getByLabel('Done: apple').click();
        await here.locator('.sidebar').getByText('open', { exact: true }).click();
        await expect.poll(() => titles(here), PATIENCE).toEqual(['banana', 'cherry']);
        await here.getByLabel('Search').pressSequentially('CHER');
        await expect.poll(() => titles(here), PATIENCE).toEqual(['cherry']);
        await expect.poll(() => count(there), PATIENCE).toBe('3 notes');
        await expect.poll(() => there.locator('.progress').textContent(), PATIENCE).toContain('1 done, 2 open');
      }));

    test('what was done is taken back and done again, by keys', () =>
      visit(async (open) => {
        const page = await open();
        await addNote(page, 'keep');
        await page.getByLabel('Title').press('Escape');
        await page.keyboard.press('x');
        await expect.poll(() => page.getByLabel('Done: keep').isChecked(), PATIENCE).toBe(true);
        await page.keyboard.press('Delete');
        await expect.poll(() => count(page), PATIENCE).toBe('0 notes');
        await page.keyboard.press('Control+z');
        await expect.poll(() => titles(page), PATIENCE).toEqual(['keep']);
        await page.keyboard.press('Control+z');
        await expect.poll(() => page.getByLabel('Done: keep').isChecked(), PATIENCE).toBe(false);
        await page.keyboard.press('Control+Shift+z');
        await expect.poll(() => page.getByLabel('Done: keep').isChecked(), PATIENCE).toBe(true);
      }));

    test('an export brings everything back, the photo to the byte', () =>
      visit(async (open) => {
        const page = await open();
        await addNote(page, 'with a photo');
        const svg = Buffer.from(
          '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="teal"/></svg>',
        );
        await page.getByLabel('Photo', { exact: true }).setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: svg });
        await expect.poll(() => page.getByAltText('Of this note').count(), PATIENCE).toBe(1);
        const file = await exported(page, engine.name);
        await page.getByRole('button', { name: 'Delete all' }).click();
        await expect.poll(() => count(page), PATIENCE).toBe('0 notes');
        await page
          .getByLabel('Import', { exact: true })
          .setInputFiles({ name: 'notes.ndjson', mimeType: 'application/x-ndjson', buffer: file });
        await expect.poll(() => titles(page), PATIENCE).toEqual(['with a photo']);
        const image = page.getByAltText('Of this note');
        await expect
          .poll(() => image.evaluate(async ({ src }: HTMLImageElement) => (await fetch(src)).text()).catch(() => ''), PATIENCE)
          .toBe(`${svg}`);
      }));

    test('100,000 notes scroll on and on, and a row that is ticked is one change', { timeout: 180_000 }, () =>
      visit(async (open) => {
        const page = await open();
        const heard: string[] = [];
        page.on('pageerror', (error) => heard.push(error.message));
        await page.getByRole('button', { name: 'Generate' }).click();
        await expect.poll(() => count(page), { timeout: 120_000 }).toBe('100,000 notes');
        const rows = page.locator('.list li');
        for (let more = 1; more < 4; more++) {
          await expect.poll(() => rows.count(), PATIENCE).toBeGreaterThanOrEqual(50 * more);
          await rows.last().scrollIntoViewIfNeeded();
        }
        await expect.poll(() => rows.count(), PATIENCE).toBeGreaterThan(150);
        const box = rows.first().getByRole('checkbox');
        const was = await box.isChecked();
        await box.click();
        await expect.poll(() => rows.first().getByRole('checkbox').isChecked(), PATIENCE).toBe(!was);
        expect(heard).toEqual([]);
      }),
    );
  });
});
