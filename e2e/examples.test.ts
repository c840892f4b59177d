import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from './harness/engines.ts';
import { createProfile } from './harness/profile.ts';
import { type Site, serveBuiltExamples, serveExamples } from './site.ts';

const columns = ['React', 'Svelte', 'zustand'] as const;
/** A busy machine, and a development server that compiles three frameworks first. */
const PATIENCE = { timeout: 15_000 };
/** After SIGKILL nothing is left in localStorage that is younger than 5 to 6 s, in Chromium and Firefox alike. */
const LOCAL_STORAGE_DELAY_MS = 7_000;

// A PNG of one pixel and much that no decoder looks at.
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const photo = Buffer.concat([Buffer.from(pixel, 'base64'), randomBytes(200_000)]);

const column = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
// Typed into, never filled: in a stock Firefox `fill` sets the value where React does not see it.
const field = (page: Page, name: string, label: string): Locator => column(page, name).getByRole('textbox', { name: label });
const row = (page: Page, key: string): Locator => page.getByRole('row', { name: new RegExp(`^${key} `) });

let site: Site;
beforeAll(async () => {
  site = await serveBuiltExamples();
});
afterAll(() => site?.close());

async function open(context: BrowserContext, path = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.url + path);
  return page;
}

/** Changes everything that can be changed, each part in another column, and waits until it is stored. */
async function fillIn(page: Page): Promise<void> {
  await column(page, 'Svelte').getByText('dark', { exact: true }).click();
  await field(page, 'React', 'Name').pressSequentially('Ada');
  await column(page, 'zustand').getByLabel('Avatar photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: photo });
  await field(page, 'Svelte', 'Draft').pressSequentially('Dear diary');
  await column(page, 'zustand').getByText('urchin').click();
  for (const key of ['theme', 'name', 'avatar', 'draft'])
    await expect.poll(() => row(page, key).textContent(), PATIENCE).toContain('persistent');
}

async function expectFilledIn(page: Page): Promise<void> {
  for (const name of columns) {
    await expect.poll(() => field(page, name, 'Name').inputValue(), PATIENCE).toBe('Ada');
    await expect.poll(() => field(page, name, 'Draft').inputValue(), PATIENCE).toBe('Dear diary');
    await expect.poll(() => column(page, name).getByRole('radio', { name: 'dark' }).isChecked(), PATIENCE).toBe(true);
    await expect.poll(() => bytesOfPhoto(page, name), PATIENCE).toBe(photo.toString('base64'));
  }
  await expect.poll(() => column(page, 'zustand').getByRole('radio', { name: 'urchin' }).isChecked(), PATIENCE).toBe(true);
}

/** What the image of a column shows, as base64. */
function bytesOfPhoto(page: Page, name: string): Promise<string> {
  return column(page, name)
    .getByRole('img')
    .evaluate(async (image: HTMLImageElement) => {
      const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })
    .catch(() => '');
}

function paper(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

/** All that a page complains about. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) heard.push(message.text());
  });
  return heard;
}

describe.each(engines)('$name', (engine) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await engine.type.launch(engine.options);
  });
  afterAll(() => browser?.close());

  /** A fresh visitor; a browser that hangs in closing one must not hang the test. */
  async function visit(work: (context: BrowserContext) => Promise<void>, options = {}): Promise<void> {
    const context = await browser.newContext(options);
    try {
      await work(context);
    } finally {
      await context.close();
    }
  }

  test.each(columns)('a keystroke in %s shows in every column of every tab', (from) =>
    visit(async (context) => {
      const [here, there] = [await open(context), await open(context)];
      await field(here, from, 'Name').pressSequentially('Grace');
      await field(here, from, 'Draft').pressSequentially('COBOL');
      for (const page of [here, there])
        for (const name of columns) {
          await expect.poll(() => field(page, name, 'Name').inputValue(), PATIENCE).toBe('Grace');
          await expect.poll(() => field(page, name, 'Draft').inputValue(), PATIENCE).toBe('COBOL');
        }
    }),
  );

  test('a panel that folds in one column folds in every column of every tab', () =>
    visit(async (context) => {
      // Firefox lets the keyboard press buttons only in the tab in front.
      const [there, here] = [await open(context), await open(context)];
      await column(here, 'zustand').getByRole('button', { name: 'Photo', exact: true }).press('Enter');
      for (const page of [here, there])
        for (const name of columns)
          await expect.poll(() => column(page, name).getByLabel('Avatar photo').isVisible(), PATIENCE).toBe(false);
    }));

  test('a reload keeps everything, the photo to the byte, without one complaint', () =>
    visit(async (context) => {
      const page = await open(context);
      const heard = complaints(page);
      await fillIn(page);
      await page.reload();
      await expectFilledIn(page);
      expect(heard).toEqual([]);
    }));

  test.skipIf(process.platform !== 'linux')(
    'everything is there after SIGKILL of the browser',
    async () => {
      const profile = createProfile(engine);
      try {
        const page = await open(await profile.start());
        await fillIn(page);
        await page.waitForTimeout(LOCAL_STORAGE_DELAY_MS);
        await profile.kill();
        await expectFilledIn(await open(await profile.start()));
      } finally {
        await profile.kill();
        profile.remove();
      }
    },
    90_000,
  );

  test('forgetting everything shows the defaults in every tab', () =>
    visit(async (context) => {
      const [here, there] = [await open(context), await open(context)];
      await fillIn(here);
      await expectFilledIn(there);
      await here.getByRole('button', { name: 'Forget everything' }).click();
      for (const page of [here, there]) {
        for (const name of columns) {
          await expect.poll(() => field(page, name, 'Name').inputValue(), PATIENCE).toBe('');
          await expect.poll(() => column(page, name).getByRole('img').count(), PATIENCE).toBe(0);
          await expect.poll(() => column(page, name).getByRole('radio', { name: 'system' }).isChecked(), PATIENCE).toBe(true);
        }
        await expect.poll(() => column(page, 'zustand').getByRole('radio', { name: 'kelp' }).isChecked(), PATIENCE).toBe(true);
      }
    }));

  test('a full localStorage is shown, harms nothing else, and heals', () =>
    visit(async (context) => {
      const page = await open(context);
      await page.getByRole('button', { name: 'Overfill localStorage' }).click();
      await expect.poll(() => row(page, 'ballast').textContent(), PATIENCE).toMatch(/QUOTA.*in memory only.*6\.0 MB/);
      await field(page, 'React', 'Name').pressSequentially('Ada');
      await column(page, 'React').getByText('light', { exact: true }).click();
      for (const key of ['name', 'theme']) await expect.poll(() => row(page, key).textContent(), PATIENCE).toContain('persistent');
      await page.getByRole('button', { name: 'Reset ballast' }).click();
      await expect.poll(() => row(page, 'ballast').textContent(), PATIENCE).toMatch(/ready.*persistent.*empty/);
    }));

  test('the log says what was set here and what came from another tab, and never a value', () =>
    visit(async (context) => {
      const [here, there] = [await open(context), await open(context)];
      await field(here, 'React', 'Name').pressSequentially('Ada');
      const log = (page: Page) => page.getByRole('region', { name: 'Last events' }).getByRole('list').textContent();
      await expect.poll(() => log(here), PATIENCE).toContain('set here');
      await expect.poll(() => log(there), PATIENCE).toContain('arrived from another tab');
      expect(`${await log(here)}${await log(there)}`).not.toContain('Ada');
    }));

  test('tabs are counted while they are alive', () =>
    visit(async (context) => {
      const [here, there] = [await open(context), await open(context)];
      const tabs = () => here.locator('#tabs').textContent();
      await expect.poll(tabs, PATIENCE).toBe('2');
      await there.close();
      await expect.poll(tabs, PATIENCE).toBe('1');
    }));

  test.each(['dark', 'light'] as const)('the theme %s is there before there is anything to paint', (theme) =>
    visit(async (context) => {
      const page = await open(context, 'server.html');
      const other = theme === 'dark' ? 'light' : 'dark';
      await page.getByText(other, { exact: true }).click();
      const paperOfOther = await paper(page);
      await page.getByText(theme, { exact: true }).click();
      await expect.poll(() => paper(page)).not.toBe(paperOfOther);
      await page.addInitScript(() => {
        const observer = new MutationObserver(() => {
          if (!document.body) return;
          observer.disconnect();
          Object.assign(globalThis, { themeBeforeBody: document.documentElement.dataset.theme });
        });
        observer.observe(document, { childList: true, subtree: true });
      });
      await page.reload();
      expect(await page.evaluate('themeBeforeBody')).toBe(theme);
      expect(await paper(page)).not.toBe(paperOfOther);
    }),
  );

  // A stock Firefox has no emulation of the system's colours in this version of Playwright.
  test.skipIf(engine.name === 'firefox')('without a choice the page follows the system', () =>
    visit(async (context) => {
      const page = await open(context);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await paper(page);
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await paper(page)).not.toBe(dark);
    }),
  );

  test('the server page has the form in its HTML and hydrates stored values without a complaint', () =>
    visit(async (context) => {
      expect(await (await context.request.get(`${site.url}server.html`)).text()).toContain('<textarea aria-label="Draft">');
      const front = await open(context);
      await fillIn(front);
      const page = await context.newPage();
      const heard = complaints(page);
      await page.goto(`${site.url}server.html`);
      await expect.poll(() => page.getByLabel('Name').inputValue(), PATIENCE).toBe('Ada');
      await expect.poll(() => page.getByRole('img', { name: 'avatar' }).count(), PATIENCE).toBe(1);
      expect(await page.locator('#hydration-errors').textContent()).toBe('0');
      expect(heard).toEqual([]);
    }));

  test.each(['', 'server.html'])('the page "%s" fits into 360 pixels', (path) =>
    visit(
      async (context) => {
        const page = await open(context, path);
        await expect.poll(() => page.getByRole('textbox', { name: 'Draft' }).first().isVisible(), PATIENCE).toBe(true);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      },
      { viewport: { width: 360, height: 740 } },
    ),
  );
});

// The development build of React is the one that names every difference in hydration.
test.each(engines)('what `pnpm start` serves works in $name without a complaint', async (engine) => {
  const served = await serveExamples();
  const browser = await engine.type.launch(engine.options);
  try {
    const page = await browser.newPage();
    const heard = complaints(page);
    await page.goto(served.url);
    await fillIn(page);
    await expectFilledIn(page);
    await page.goto(`${served.url}server.html`);
    await expect.poll(() => page.getByLabel('Name').inputValue(), PATIENCE).toBe('Ada');
    await expect.poll(() => page.getByRole('img', { name: 'avatar' }).count(), PATIENCE).toBe(1);
    expect(await page.locator('#hydration-errors').textContent()).toBe('0');
    expect(heard).toEqual([]);
  } finally {
    await browser.close();
    await served.close();
  }
});
