import type { BrowserContext } from 'playwright';
import { describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { openTab, useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test.for(['n', 'localN'] as const)(
    'changes reach the subscriber of another tab, the last one for certain (%s)',
    async (name, { annotate }) => {
      await withTabs(browser(), site().app, 2, async (from, to) => {
        const count = rounds(500, 100);
        await from.evaluate((name) => app.keys[name].ready, name);
        await to.evaluate(async (name) => {
          const cell = app.keys[name];
          await cell.ready;
          const arrived: [number, number][] = [];
          cell.subscribe(() => arrived.push([cell.get(), performance.timeOrigin + performance.now()]));
          Object.assign(globalThis, { arrived });
        }, name);
        const sent = await from.evaluate(
          async ([name, count]) => {
            const sent: number[] = [0];
            for (let n = 1; n <= count; n++) {
              sent.push(performance.timeOrigin + performance.now());
              void app.keys[name].set(n);
              await new Promise((resolve) => setTimeout(resolve, 20));
            }
            return sent;
          },
          [name, count] as const,
        );
        await expect.poll(() => to.evaluate((name) => app.keys[name].get(), name)).toBe(count);
        const arrived = await to.evaluate(() => (globalThis as unknown as { arrived: [number, number][] }).arrived);
        const took = arrived.map(([n, at]) => at - (sent[n] ?? Number.NaN)).sort((a, b) => a - b);
        const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(took, part));
        const figures = [p50, p95, p99, took.at(-1)].map((ms) => ms?.toFixed(1)).join(' / ');
        await annotate(`${engine.name} ${name}: ${took.length} of ${count} changes seen, p50 / p95 / p99 / max ${figures} ms`);
      });
    },
  );

  test('a tab that comes back from the back/forward cache shows what others have written meanwhile', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      await tab.evaluate(async () => {
        await Promise.all([app.keys.n.set(1), app.keys.localN.set(1)]);
        addEventListener('pageshow', (event) => Object.assign(globalThis, { isRestored: event.persisted }));
      });
      await tab.goto(site().elsewhere);
      await other.evaluate(() => Promise.all([app.keys.n.set(2), app.keys.localN.set(2)]));
      tab.evaluate(() => history.back()).catch(() => {}); // the page is gone
      const shown = (): Promise<unknown> =>
        tab
          .evaluate(() => [(globalThis as { isRestored?: boolean }).isRestored, app.keys.n.get(), app.keys.localN.get()])
          .catch(() => undefined);
      await expect.poll(shown).toEqual([true, 2, 2]);
      expect(await tab.evaluate(() => app.keys.n.set(3))).toEqual({ saved: true });
      await expect.poll(() => other.evaluate(() => app.keys.n.get())).toBe(3);
    });
  });

  test('a tab that hears no hints converges by looking', async () => {
    await withTabs(browser(), site().app, 2, async (from, to) => {
      await from.evaluate(() => {
        BroadcastChannel.prototype.postMessage = () => {};
      });
      await to.evaluate(() => app.keys.n.ready);
      expect(await from.evaluate(() => app.keys.n.set(9))).toEqual({ saved: true });
      await to.bringToFront();
      await expect.poll(() => to.evaluate(() => app.keys.n.get()), { timeout: 8_000 }).toBe(9);
    });
  });

  test('junk on the channel changes nothing and blocks nobody', async ({ annotate }) => {
    await withTabs(browser(), site().app, 3, async (tab, hostile, writer) => {
      await tab.evaluate(async () => {
        await app.keys.n.set(5);
        let notified = 0;
        let looks = 0;
        app.keys.n.subscribe(() => notified++);
        const begin = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...call) {
          looks++;
          return begin.apply(this, call);
        };
        Object.assign(globalThis, {
          watched: () => ({ notified, looks, value: app.keys.n.get(), state: app.keys.n.status.get().state }),
        });
      });
      const sent = await hostile.evaluate(
        async (count) => {
          const channel = new BroadcastChannel('holdfast:app:indexed-db');
          const junk: unknown[] = [
            Number.MAX_SAFE_INTEGER,
            -1,
            Number.NaN,
            Number.POSITIVE_INFINITY,
            1e308,
            null,
            undefined,
            'n',
            'x'.repeat(10_000),
            { sequence: 9e15, keys: ['app!n'], value: 666 },
            JSON.parse('{"__proto__":{"isPolluted":true},"seq":1}'),
            [['app!n', 666]],
            new Map([['app!n', 666]]),
            new Uint8Array(1_000),
          ];
          for (let index = 0; index < count; index++) {
            channel.postMessage(junk[index % junk.length]);
            // A browser that is never given a turn collects them all in memory.
            if (index % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          }
          return count;
        },
        rounds(100_000, 10_000),
      );
      const during = await writer.evaluate(() => app.keys.text.set('still works'));
      expect(during).toEqual({ saved: true });
      await expect.poll(() => tab.evaluate(() => app.keys.text.get()), { timeout: 20_000 }).toBe('still works');
      const seen = await tab.evaluate(() => (globalThis as unknown as { watched(): Record<string, number | string> }).watched());
      await annotate(`${engine.name}: ${sent} messages, ${seen.looks} looks at storage`);
      expect(seen).toMatchObject({ notified: 0, value: 5, state: 'ready' });
      // A page that only counts the messages is as busy as ours: what is ours is to look rarely.
      expect(seen.looks).toBeLessThan(sent / 20);
      expect(await tab.evaluate(() => [({} as { isPolluted?: boolean }).isPolluted, uncaught, reported])).toEqual([undefined, [], []]);
      expect(await writer.evaluate(() => app.keys.n.set(6))).toEqual({ saved: true });
      await expect.poll(() => tab.evaluate(() => app.keys.n.get())).toBe(6);
    });
  });

  /** What the tabs and a new one show; the second look is after every poll and retry. */
  async function allShow(context: BrowserContext, expected: unknown): Promise<void> {
    const late = await openTab(context, site().app);
    for (const pause of [0, 4_000]) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      for (const tab of context.pages()) {
        const shown = (): Promise<unknown[]> =>
          tab.evaluate(async () => {
            await Promise.all([app.keys.n.ready, app.keys.localN.ready]);
            return [app.keys.n.get(), app.keys.localN.get()];
          });
        await expect.poll(shown, { timeout: 10_000 }).toEqual(expected);
      }
    }
    await late.close();
  }

  test('a reset in one tab arrives in the others, and nothing resurrects', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      await tab.evaluate(() => Promise.all([app.keys.n.set(1), app.keys.localN.set(1)]));
      await expect.poll(() => other.evaluate(async () => [(await app.keys.n.ready).get(), app.keys.localN.get()])).toEqual([1, 1]);
      await tab.evaluate(() => Promise.all([app.keys.n.reset(), app.keys.localN.reset()]));
      await allShow(tab.context(), [0, 0]);
      expect(await tab.evaluate(() => localStorage.length)).toBe(0);
    });
  });

  test('localStorage.clear() in one tab arrives in the others, and nothing resurrects', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      await tab.evaluate(() => Promise.all([app.keys.n.set(1), app.keys.localN.set(1)]));
      await expect.poll(() => other.evaluate(async () => [(await app.keys.n.ready).get(), app.keys.localN.get()])).toEqual([1, 1]);
      await other.evaluate(() => localStorage.clear());
      await expect.poll(() => tab.evaluate(() => app.keys.localN.get())).toBe(0);
      expect(await tab.evaluate(() => [app.keys.n.get(), localStorage.length])).toEqual([1, 0]);
    });
  });

  test('Clear-Site-Data arrives in every tab, and nothing resurrects', async () => {
    await withTabs(browser(), site().app, 2, async (tab, other) => {
      await tab.evaluate(() => Promise.all([app.keys.n.set(1), app.keys.localN.set(1)]));
      await expect.poll(() => other.evaluate(async () => [(await app.keys.n.ready).get(), app.keys.localN.get()])).toEqual([1, 1]);
      await other.evaluate(async (url) => void (await fetch(url)), site().clear);
      await allShow(tab.context(), [0, 0]);
    });
  });
});
