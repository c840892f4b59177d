import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  // Only the protocol of Chromium can lower the quota.
  test.runIf(engine.name === 'chromium')(
    'a full IndexedDB refuses what does not fit, keeps what was there, and recovers by itself',
    async () => {
      await withTabs(browser(), site().app, 2, async (tab, other) => {
        const cdp = await tab.context().newCDPSession(tab);
        const { origin } = new URL(site().app);
        // Before the first write: Chromium remembers the space that is left for some seconds.
        await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
        expect(
          await tab.evaluate(async () => [await app.keys.bytes.set(new Uint8Array([1, 2, 3])), await app.keys.text.set('old')]),
        ).toEqual([{ saved: true }, { saved: true }]);
        const full = await tab.evaluate(async () => {
          const { bytes, n, text } = app.keys;
          const result = await bytes.set(noise(5_000_000));
          const refused = { code: result.saved ? '' : result.error.code, length: bytes.get()?.length, status: bytes.status.get() };
          // Chromium may count what it has just refused for some seconds: then these two are refused as well, and tried again.
          void n.set(7);
          void text.reset();
          return { ...refused, persistent: refused.status.persistent, error: refused.status.error?.code };
        });
        expect(full).toMatchObject({ code: 'QUOTA', error: 'QUOTA', persistent: false, length: 5_000_000 });
        const stored = (): Promise<unknown[]> =>
          other.evaluate(async () => {
            const { bytes, n, text } = app.keys;
            await Promise.all([bytes.ready, n.ready, text.ready]);
            return [bytes.get()?.length, n.get(), text.get()];
          });
        await expect.poll(stored, { timeout: 40_000 }).toEqual([3, 7, '']);
        await cdp.send('Storage.overrideQuotaForOrigin', { origin });
        await expect.poll(stored, { timeout: 40_000 }).toEqual([5_000_000, 7, '']);
        expect(await tab.evaluate(() => app.keys.bytes.status.get())).toMatchObject({ persistent: true, pending: false, state: 'ready' });
        expect(await tab.evaluate(() => uncaught)).toEqual([]);
      });
    },
  );

  test('a full localStorage refuses what does not fit, keeps what was there, and recovers by itself', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      const full = await tab.evaluate(async () => {
        const { localText, localN } = app.keys;
        await localText.set('old');
        let size = 5_242_880;
        // Halving steps until the last thousand characters are left.
        for (let part = size; part >= 1_000; part = Math.floor(part / 2)) {
          try {
            localStorage.setItem(`ballast${part}`, 'x'.repeat(part));
            size -= part;
          } catch {}
        }
        const long = 'y'.repeat(100_000);
        const result = await localText.set(long);
        const status = localText.status.get();
        return {
          code: result.saved ? '' : result.error.code,
          isKept: localText.get() === long,
          persistent: status.persistent,
          error: status.error?.code,
          small: await localN.set(7),
        };
      });
      expect(full).toEqual({ code: 'QUOTA', isKept: true, persistent: false, error: 'QUOTA', small: { saved: true } });
      const stored = (): Promise<unknown[]> =>
        other.evaluate(() => {
          const { createStore, local, key } = holdfast;
          const { keys } = createStore({ name: 'app', storage: local(), keys: { localText: key(''), localN: key(0) } });
          return [keys.localText.get().length, keys.localN.get()];
        });
      await expect.poll(stored).toEqual([3, 7]);
      await tab.evaluate(() => {
        for (const name of Object.keys(localStorage)) if (name.startsWith('ballast')) localStorage.removeItem(name);
      });
      await expect.poll(stored, { timeout: 40_000 }).toEqual([100_000, 7]);
      expect(await tab.evaluate(() => app.keys.localText.status.get())).toMatchObject({ persistent: true, pending: false });
    });
  });
});
