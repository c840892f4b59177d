import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();

/** Starts 100 writes, each in a turn of its own, while `strike` hits; how they ended, and after how many milliseconds the last did. */
async function writeWhile(tab: Page, strike: () => Promise<unknown>): Promise<{ settled: number; ms: number }> {
  await tab.evaluate(async () => {
    const rows = Array.from({ length: 100 }, (_, index) => app.keys.row(String(index)));
    await Promise.all(rows.map((row) => row.ready));
    const began = performance.now();
    const all = rows.map(async (row, index) => {
      await new Promise((resolve) => setTimeout(resolve, index));
      return row.set('written');
    });
    const writes = Promise.all(all).then((results) => ({ settled: results.length, ms: performance.now() - began }));
    Object.assign(globalThis, { writes });
  });
  await strike();
  return tab.evaluate(() => (globalThis as unknown as { writes: Promise<{ settled: number; ms: number }> }).writes);
}

async function writesAgain(tab: Page, other: Page): Promise<void> {
  expect(await tab.evaluate(() => app.keys.n.set(42))).toEqual({ saved: true });
  await expect.poll(() => other.evaluate(() => app.keys.n.get()), { timeout: 10_000 }).toBe(42);
  expect(await tab.evaluate(() => uncaught)).toEqual([]);
}

/** Every row of the tab shows what is stored, or is about to. */
async function showsWhatIsStored(tab: Page, other: Page): Promise<void> {
  const rows = (page: Page): Promise<string[]> =>
    page.evaluate(async () => {
      const all = Array.from({ length: 100 }, (_, index) => app.keys.row(String(index)));
      await Promise.all(all.map((row) => row.ready));
      return all.map((row) => row.get());
    });
  await expect.poll(async () => JSON.stringify(await rows(tab)) === JSON.stringify(await rows(other)), { timeout: 10_000 }).toBe(true);
}

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test('100 writes that meet Clear-Site-Data all settle, and the next one works without a reload', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      const { settled, ms } = await writeWhile(tab, () => other.evaluate(async (url) => void (await fetch(url)), site().clear));
      expect(settled).toBe(100);
      expect(ms).toBeLessThan(5_000);
      await writesAgain(tab, other);
      await showsWhatIsStored(tab, other);
    });
  });

  test.runIf(engine.name === 'chromium')('100 writes that meet a clearing by the browser all settle, and the next one works', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      const cdp = await tab.context().newCDPSession(tab);
      const { origin } = new URL(site().app);
      const { settled, ms } = await writeWhile(tab, () => cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' }));
      expect(settled).toBe(100);
      expect(ms).toBeLessThan(5_000);
      await writesAgain(tab, other);
      await showsWhatIsStored(tab, other);
    });
  });

  test('a tab lets go of its database when another one deletes it, and goes on with a new one', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      await tab.evaluate(() => app.keys.text.set('old'));
      const deleted = await other.evaluate(
        () =>
          new Promise<string>((resolve) => {
            const request = indexedDB.deleteDatabase('app');
            request.onblocked = () => resolve('blocked');
            request.onsuccess = () => resolve('deleted');
          }),
      );
      expect(deleted).toBe('deleted');
      await expect.poll(() => tab.evaluate(() => app.keys.text.get()), { timeout: 10_000 }).toBe('');
      await writesAgain(tab, other);
    });
  });

  test('a database that others block keeps nobody waiting, and is used as soon as it opens', async () => {
    await withTabs(browser(), site().blank, 2, async (holder, deleter) => {
      await holder.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const request = indexedDB.open('app', 1);
            // An old library that ignores `versionchange`.
            request.onsuccess = () => {
              Object.assign(globalThis, { held: request.result });
              resolve();
            };
          }),
      );
      await deleter.evaluate(
        () =>
          new Promise<void>((resolve) => {
            indexedDB.deleteDatabase('app').onblocked = () => resolve();
          }),
      );
      const tab = deleter;
      await tab.context().pages()[0]?.bringToFront();
      const ours = await tab.context().newPage();
      await ours.goto(site().app);
      const blocked = await ours.evaluate(async () => {
        const began = performance.now();
        const first = app.keys.text.set('early');
        const shown = app.keys.text.get();
        const ready = await app.keys.text.ready.then(
          () => 'ready',
          ({ code }) => code,
        );
        const result = await first;
        const second = await Promise.race([app.keys.text.set('later'), new Promise((resolve) => setTimeout(resolve, 20_000))]);
        return { shown, ready, ms: performance.now() - began, code: result.saved ? '' : result.error.code, second };
      });
      expect(blocked).toMatchObject({ shown: 'early', ready: 'TIMEOUT', code: 'TIMEOUT', second: { saved: false } });
      expect(blocked.ms).toBeLessThan(15_000);
      await holder.evaluate(() => (globalThis as unknown as { held: IDBDatabase }).held.close());
      await expect.poll(() => ours.evaluate(() => app.keys.text.status.get().persistent), { timeout: 40_000 }).toBe(true);
      expect(await ours.evaluate(() => [app.keys.text.get(), uncaught])).toEqual(['later', []]);
    });
  });
});
