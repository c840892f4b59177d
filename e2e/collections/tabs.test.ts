import { describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { openTab, useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test('two tabs that insert 50 documents each at once keep 100 of 100, and edits of two fields of one document both win', async () => {
    await withTabs(browser(), site().app, 2, async (a, b) => {
      await Promise.all(
        [a, b].map((tab, index) =>
          tab.evaluate(async (index) => {
            for (let n = 0; n < 50; n++) await app.collections.notes.insert({ title: `${index}`, n });
          }, index),
        ),
      );
      const id = await a.evaluate(() => app.collections.notes.insert({ title: 'both', n: -1 }));
      await expect.poll(() => b.evaluate((id) => app.collections.notes.findOne(id), id)).toBeTruthy();
      await Promise.all([
        a.evaluate((id) => app.collections.notes.update(id, { title: 'a' }), id),
        b.evaluate((id) => app.collections.notes.update(id, { text: 'b' }), id),
      ]);
      const all = (tab: typeof a) => tab.evaluate(() => app.collections.notes.find());
      await expect.poll(async () => (await all(a)).find(({ _id }) => _id === id)).toMatchObject({ title: 'a', text: 'b' });
      const fresh = await openTab(a.context(), site().app);
      expect(await all(fresh)).toHaveLength(101);
      for (const tab of [a, b]) await expect.poll(() => all(tab)).toEqual(await all(fresh));
    });
  });

  test('four tabs lose no update(id, fn)', async ({ annotate }) => {
    const each = rounds(500, 50);
    await withTabs(browser(), site().app, 4, async (...tabs) => {
      const id = await (tabs[0] as (typeof tabs)[0]).evaluate(() => app.collections.notes.insert({ title: 'counter', n: 0 }));
      for (const tab of tabs) await expect.poll(() => tab.evaluate((id) => app.collections.notes.findOne(id), id)).toBeTruthy();
      const began = Date.now();
      await Promise.all(
        tabs.map((tab) =>
          tab.evaluate(
            async ([id, each]) => {
              for (let turn = 0; turn < each; turn++) await app.collections.notes.update(id, ({ n }) => ({ n: n + 1 }));
            },
            [id, each] as const,
          ),
        ),
      );
      await annotate(`${engine.name}: 4 × ${each} in ${Date.now() - began} ms`);
      for (const tab of tabs)
        await expect.poll(async () => (await tab.evaluate((id) => app.collections.notes.findOne(id), id))?.n).toBe(4 * each);
    });
  }, 600_000);

  test('a photo of one tab is shown by another, and is there after a reload', async () => {
    await withTabs(browser(), site().app, 2, async (a, b) => {
      const id = await a.evaluate(() =>
        app.collections.notes.insert({ title: 'photo', n: 0, photo: new Blob(['bytes'], { type: 'image/png' }) }),
      );
      const read = (tab: typeof a) =>
        tab.evaluate(async (id) => {
          const photo = (await app.collections.notes.findOne(id))?.photo;
          return photo && [await photo.text(), photo.type];
        }, id);
      await expect.poll(() => read(b)).toEqual(['bytes', 'image/png']);
      await b.reload();
      expect(await read(b)).toEqual(['bytes', 'image/png']);
    });
  });

  test('an insert in the turn in which the page is left is there afterwards', async () => {
    await withTabs(browser(), site().app, 1, async (tab) => {
      for (let round = 0; round < rounds(50, 5); round++) {
        const isBack = tab.waitForEvent('load');
        const leaving = tab.evaluate(async (n) => {
          await app.collections.notes.find();
          void app.collections.notes.insert({ title: 'leaving', n });
          location.reload();
        }, round);
        leaving.catch(() => {}); // no page is left to answer
        await isBack;
        await tab.waitForFunction(
          (n) => 'holdfast' in globalThis && app.collections.notes.count({ title: 'leaving' }).then((count) => count === n + 1),
          round,
        );
      }
    });
  }, 120_000);
});
