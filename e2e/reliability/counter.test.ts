import { describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();
const TABS = 4;
const EACH = 500;

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  /** Every tab adds one `EACH` times, one after the other; what a new tab then reads. */
  async function count(name: 'n' | 'localN'): Promise<{ total: number; ms: number }> {
    let total = 0;
    let ms = 0;
    await withTabs(browser(), site().app, TABS, async (...tabs) => {
      await Promise.all(tabs.map((tab) => tab.evaluate((name) => app.keys[name].ready, name)));
      const began = Date.now();
      await Promise.all(
        tabs.map((tab) =>
          tab.evaluate(
            async ([name, each]) => {
              for (let done = 0; done < each; done++) {
                const result = await app.keys[name].update((n) => n + 1);
                if (!result.saved) throw result.error;
              }
            },
            [name, EACH] as const,
          ),
        ),
      );
      ms = Date.now() - began;
      const last = await tabs[0]?.context().newPage();
      await last?.goto(site().app);
      total = (await last?.evaluate(async (name) => (await app.keys[name].ready).get(), name)) ?? 0;
    });
    return { total, ms };
  }

  test('update() in IndexedDB loses nothing between tabs', async ({ annotate }) => {
    for (let round = 0; round < rounds(5, 1); round++) {
      const { total, ms } = await count('n');
      await annotate(`${engine.name}: ${total} of ${TABS * EACH} in ${ms} ms`);
      expect(total).toBe(TABS * EACH);
    }
  }, 600_000);

  test('update() in localStorage: how many survive', async ({ annotate }) => {
    for (let round = 0; round < rounds(5, 1); round++) {
      const { total, ms } = await count('localN');
      await annotate(`${engine.name}: ${total} of ${TABS * EACH} in ${ms} ms`);
      console.log(engine.name, 'local', total, ms);
    }
  }, 600_000);
});
