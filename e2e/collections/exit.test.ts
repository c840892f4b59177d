import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { openTab, useBrowser, useSite } from '../harness/suite.ts';

const ways = ['navigate', 'close', 'reload', 'bfcache'] as const;
const moments = ['task', 'pagehide', 'hidden'] as const;
const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);
  let context: BrowserContext;
  let reader: Page;
  let tab: Page;
  beforeAll(async () => {
    context = await browser().newContext();
    reader = await openTab(context, site().app);
    tab = await context.newPage();
  });
  afterAll(() => context?.close());

  /** What the next page of the site finds. */
  function stored(): Promise<string[]> {
    return reader.evaluate(async () => {
      const { collection, createStore, indexedDb } = holdfast;
      const store = createStore({ name: 'app', storage: indexedDb(), collections: { notes: collection<{ title: string }>() } });
      const found = await store.collections.notes.find();
      await store.close();
      return found.map(({ title }) => title);
    });
  }

  /** Only a tab that a script has opened may close itself. */
  async function openByScript(): Promise<Page> {
    const opened = context.waitForEvent('page');
    await reader.evaluate((url) => {
      open(url);
    }, site().app);
    return opened;
  }

  test.each(ways.flatMap((way) => moments.map((moment) => [way, moment] as const)))(
    'a document that is inserted and the page is left by %s (%s) is there once',
    async (way, moment) => {
      for (let round = 0; round < rounds(50, 3); round++) {
        const title = `${way} ${moment} ${round}`;
        const leaving = way === 'close' ? await openByScript() : tab;
        if (way !== 'close') await leaving.goto(site().app);
        await leaving.bringToFront();
        await leaving.waitForFunction(() => 'holdfast' in globalThis, undefined, { polling: 20 });
        const gone = way === 'close' ? leaving.waitForEvent('close') : leaving.waitForEvent('framenavigated');
        const target = way === 'bfcache' ? site().elsewhere : site().blank;
        leaving
          .evaluate(
            async ({ way, moment, title, target }) => {
              await app.collections.notes.find();
              const insert = (): void => void app.collections.notes.insert({ title, n: 0 });
              if (moment === 'task') insert();
              if (moment === 'pagehide') addEventListener('pagehide', insert);
              if (moment === 'hidden') document.addEventListener('visibilitychange', insert, { once: true });
              if (way === 'close') close();
              else if (way === 'reload') location.reload();
              else location.href = target;
            },
            { way, moment, title, target },
          )
          .catch(() => {}); // the page is gone
        await gone;
        if (way !== 'close') await leaving.waitForLoadState();
        await expect
          .poll(async () => (await stored()).filter((found) => found === title).length, { timeout: 6_000, message: title })
          .toBe(1);
      }
    },
    3_600_000,
  );
});
