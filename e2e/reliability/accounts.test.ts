import type { Page } from 'playwright';
import puppeteer, { type Page as PuppeteerPage } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();
const chromium = engines.find(({ name }) => name === 'chromium');

/** What each tab of the app runs. */
function startAccounts() {
  const { collection, createAccounts, indexedDb, key, session } = holdfast;
  const made = createAccounts({
    name: 'many',
    store: () => ({
      storage: indexedDb(),
      keys: { text: key(''), slow: key('', { delayMs: 60_000 }), draft: key('', { storage: session() }) },
      collections: { notes: collection<{ title: string }>() },
      onError: ({ code }, name) => void reported.push(`${name} ${code}`),
    }),
  });
  Object.assign(globalThis, { accounts: made });
  // Only its type leaves the page.
  return undefined as unknown as typeof made;
}

declare global {
  var accounts: ReturnType<typeof startAccounts>;
  var ada: NonNullable<ReturnType<typeof accounts.current.get>>;
}

/** Logs Ada in and leaves secrets of hers everywhere: stored, shown by a live query, and not written yet. */
async function workAsAda(): Promise<string> {
  globalThis.ada = await accounts.switchAccount('ada@example.org');
  await ada.keys.text.set('SECRET stored');
  await ada.keys.draft.set('SECRET draft');
  await ada.collections.notes.insert({ title: 'SECRET note' });
  ada.collections.notes.live().subscribe(() => {});
  return ada.name;
}

/** What the tab shows of Ada, and whose store is the current one. */
const shown = (): { text: string; slow: string; draft: string; notes: number; current: string | undefined } => ({
  text: ada.keys.text.get(),
  slow: ada.keys.slow.get(),
  draft: ada.keys.draft.get(),
  notes: ada.collections.notes.live().get().data.length,
  current: accounts.current.get()?.name,
});

/** Whatever lies in any storage of the origin, as text. */
async function everything(): Promise<string> {
  const found: unknown[] = [{ ...localStorage }, { ...sessionStorage }];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve) => {
      indexedDB.open(name as string).onsuccess = ({ target }) => resolve((target as IDBOpenDBRequest).result);
    });
    for (const store of database.objectStoreNames)
      found.push(
        await new Promise((resolve) => {
          database.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => resolve((target as IDBRequest).result);
        }),
      );
    database.close();
  }
  return JSON.stringify(found);
}

/** However busy the machine is. */
const SOON = { timeout: 20_000 };
const NOTHING = { text: '', slow: '', draft: '', notes: 0 };

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test('a tab of an account that logs out elsewhere drops what it holds, and nothing of it is left anywhere', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      for (const each of [tab, other]) await each.evaluate(startAccounts);
      await tab.evaluate(workAsAda);
      await tab.evaluate(() => void ada.keys.slow.set('SECRET dirty'));
      await other.evaluate(() => accounts.current.get()?.name);
      await other.evaluate(() => accounts.logout({ wipe: true }));
      const bob = await other.evaluate(() => accounts.switchAccount('bob').then(({ name }) => name));
      await expect.poll(() => tab.evaluate(shown), SOON).toEqual({ ...NOTHING, current: bob });
      await expect.poll(() => tab.evaluate(everything), SOON).not.toContain('SECRET');
      expect(await other.evaluate(everything)).not.toContain('SECRET');
      for (const each of [tab, other]) expect(await each.evaluate(() => [uncaught, reported])).toEqual([[], []]);
    });
  });

  test('a page that comes back from the back/forward cache after a logout shows and writes nothing of the account', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      for (const each of [tab, other]) await each.evaluate(startAccounts);
      await tab.evaluate(workAsAda);
      await other.evaluate(() => accounts.current.get()?.name);
      await tab.evaluate(() => addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { isRestored: persisted })));
      await tab.goto(site().elsewhere);
      await other.evaluate(() => accounts.logout({ wipe: true }));
      tab.evaluate(() => history.back()).catch(() => {}); // the page is gone
      const restored = (page: Page): Promise<unknown> =>
        page.evaluate(() => (globalThis as { isRestored?: boolean }).isRestored).catch(() => undefined);
      await expect.poll(() => restored(tab), SOON).toBe(true);
      await expect.poll(() => tab.evaluate(shown), SOON).toEqual({ ...NOTHING, current: undefined });
      expect(await tab.evaluate(() => ada.keys.text.set('SECRET again').then(({ saved }) => saved))).toBe(false);
      await expect.poll(() => tab.evaluate(everything), SOON).not.toContain('SECRET');
    });
  });
});

// Playwright makes every page look visible and freezes none; no protocol of Firefox can freeze one.
test.runIf(chromium)(
  'a tab that was frozen with unwritten changes drops them before it writes, when another account has logged in',
  async ({ annotate }) => {
    const { executablePath, args } = chromium?.options ?? {};
    const browser = await puppeteer.launch({ ...(executablePath ? { executablePath } : {}), ...(args ? { args } : {}) });
    try {
      const tab = await browser.newPage();
      const open = async (page: PuppeteerPage): Promise<void> => {
        await page.goto(site().app);
        await page.evaluate(startAccounts);
      };
      await open(tab);
      await tab.evaluate(workAsAda);
      const other = await browser.newPage();
      await open(other);
      await other.evaluate(() => accounts.current.get()?.name);
      await other.bringToFront();
      await expect.poll(() => tab.evaluate(() => document.visibilityState), SOON).toBe('hidden');
      await tab.evaluate(() => {
        // Dirty while it is frozen, as after a disk that was full: writes fail until it thaws.
        const begin = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = () => {
          throw new DOMException('', 'QuotaExceededError');
        };
        const life = { isFrozen: false, resumedMs: 0, droppedMs: 0 };
        document.addEventListener('freeze', () => {
          life.isFrozen = true;
        });
        document.addEventListener('resume', () => {
          IDBDatabase.prototype.transaction = begin;
          life.resumedMs = performance.now();
        });
        accounts.current.subscribe(() => {
          life.droppedMs = performance.now();
        });
        void ada.keys.text.set('SECRET dirty');
        void ada.collections.notes.insert({ title: 'SECRET dirty' }).catch(() => {});
        Object.assign(globalThis, { life: () => life });
      });
      const life = (): Promise<{ isFrozen: boolean; resumedMs: number; droppedMs: number }> =>
        tab.evaluate(() => (globalThis as unknown as { life(): never }).life());
      await expect.poll(() => tab.evaluate(() => ada.keys.text.status.get().error?.code), SOON).toBe('QUOTA');
      const cdp = await tab.createCDPSession();
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
      await expect.poll(async () => (await life()).isFrozen, SOON).toBe(true);
      await other.evaluate(() => accounts.logout({ wipe: true }));
      const bob = await other.evaluate(() => accounts.switchAccount('bob').then(({ name }) => name));
      expect(await other.evaluate(everything)).not.toContain('SECRET');
      await cdp.send('Page.setWebLifecycleState', { state: 'active' });
      await expect.poll(() => tab.evaluate(shown), SOON).toEqual({ ...NOTHING, current: bob });
      const { resumedMs, droppedMs } = await life();
      await annotate(`dropped ${(droppedMs - resumedMs).toFixed(1)} ms after resume`);
      await tab.evaluate(() => accounts.current.get()?.keys.text.set('of Bob'));
      expect(await tab.evaluate(everything)).not.toContain('SECRET');
      expect(await other.evaluate(everything)).not.toContain('SECRET');
      expect(await tab.evaluate(() => uncaught)).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
