import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

type Where = 'indexedDb' | 'local';
const site = useSite();

/** Starts the application as its build of this version does; what it shows. */
function start(tab: Page, where: Where, version: 1 | 2): Promise<string> {
  return tab.evaluate(
    async ([where, version]) => {
      const { createStore, key } = holdfast;
      const options = version === 1 ? {} : { version, migrate: { 2: (old: never) => `${String(old)} of 2` } };
      const store = createStore({ name: 'app', storage: holdfast[where](), keys: { text: key('', options) }, onError() {} });
      Object.assign(globalThis, { text: store.keys.text });
      await store.keys.text.ready.catch(() => {});
      return store.keys.text.get();
    },
    [where, version] as const,
  );
}

function set(tab: Page, value: string): Promise<string> {
  return tab.evaluate(async (value) => {
    const result = await (globalThis as unknown as { text: typeof app.keys.text }).text.set(value);
    return result.saved ? 'saved' : result.error.code;
  }, value);
}

const state = (tab: Page): Promise<string> =>
  tab.evaluate(() => (globalThis as unknown as { text: typeof app.keys.text }).text.status.get().state);

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test.each<Where>(['indexedDb', 'local'])('an older build is read-only as soon as a newer one has written (%s)', async (where) => {
    await withTabs(browser(), site().app, 2, async (older, newer) => {
      await start(older, where, 1);
      expect(await set(older, 'text')).toBe('saved');
      expect(await start(newer, where, 2)).toBe('text of 2');
      await expect.poll(() => state(older)).toBe('read-only');
      expect(await set(older, 'lost')).toBe('NEWER_DATA');
      await older.reload();
      await start(older, where, 1);
      expect(await state(older)).toBe('read-only');
      expect(await set(older, 'lost')).toBe('NEWER_DATA');
      await newer.reload();
      expect(await start(newer, where, 2)).toBe('text of 2');
    });
  });

  test.each<Where>(['indexedDb', 'local'])(
    'an older build that has not heard of it yet does not write over newer data (%s)',
    async (where) => {
      await withTabs(browser(), site().app, 2, async (older, newer) => {
        await older.evaluate(() => addEventListener('storage', (event) => event.stopImmediatePropagation()));
        await newer.evaluate(() => {
          BroadcastChannel.prototype.postMessage = () => {};
        });
        await start(older, where, 1);
        await start(newer, where, 2);
        expect(await set(newer, 'new')).toBe('saved');
        // Chromium's localStorage reaches another process a moment after it was written.
        if (where === 'local') await expect.poll(() => older.evaluate(() => JSON.stringify({ ...localStorage }))).toContain('new');
        expect(await set(older, 'lost')).toBe('NEWER_DATA');
        await newer.reload();
        expect(await start(newer, where, 2)).toBe('new');
      });
    },
  );
});
