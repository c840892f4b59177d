import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Collection, collection, type Store } from '../src/index.ts';
import { createTestStore, type TestTab } from '../src/testing/index.ts';

// Laws 2, 7, 9 and 10 for collections: whatever the tabs do, and whatever is lost, frozen or killed meanwhile, in the end they all
// show the same, a new tab reads the same, and nothing acknowledged is missing.

interface Doc {
  n: number;
  a?: string;
  b?: string;
  list?: number[];
}

const docs = collection<Doc>();
type Docs = Collection<Doc>;

const tab = fc.nat(2);
const slot = fc.nat(4);
const text = fc.constantFrom('x', 'y', 'z');
const small = fc.oneof(
  fc.record({ do: fc.constant('insert' as const), tab, text }),
  fc.record({ do: fc.constant('insertLarge' as const), tab }),
  fc.record({ do: fc.constant('insertMany' as const), tab, count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ do: fc.constant('add' as const), tab }),
  fc.record({ do: fc.constant('addAtomically' as const), tab }),
  fc.record({ do: fc.constant('patchA' as const), tab, slot, text }),
  fc.record({ do: fc.constant('patchB' as const), tab, slot, text }),
  fc.record({ do: fc.constant('push' as const), tab, slot }),
  fc.record({ do: fc.constant('replace' as const), tab, slot, text }),
  fc.record({ do: fc.constant('delete' as const), tab, slot }),
  fc.record({ do: fc.constant('touchAll' as const), tab, text }),
  fc.record({ do: fc.constant('freeze' as const), tab }),
  fc.record({ do: fc.constant('show' as const), tab }),
  fc.record({ do: fc.constant('crash' as const), tab }),
  fc.record({ do: fc.constant('bus' as const), mode: fc.constantFrom('drop' as const, 'deliver' as const) }),
  fc.record({ do: fc.constant('fail' as const), call: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('settle' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(10, 1_000, 4_000) }),
);
// Thousands of documents: now and then.
const bulk = fc.record({ do: fc.constant('insertBulk' as const), tab, slot, isChosen: fc.boolean() });
const command = fc.oneof({ weight: 60, arbitrary: small }, { weight: 1, arbitrary: bulk });

test('all tabs converge to what is stored, and nothing acknowledged is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
      const { stores, tabs, world, openTab, storage } = createTestStore({ collections: { docs }, tabs: 3 });
      const open = stores.map((store, index) => ({ store, tab: tabs[index] as TestTab }));
      const at = (index: number): Docs => open[index]?.store.collections.docs as Docs;
      const live = open.map(({ store }) => store.collections.docs.live({ where: { n: { $gte: 0 } }, sort: { n: -1 } }));
      const stops = live.map((each) => each.subscribe(() => {}));
      const inserted = new Set<string>();
      const deleted = new Set<string>();
      let added = 0;
      let tried = 0;
      const counter = 'counter';
      await at(0).insert({ _id: counter, n: 0 });
      await world.settle();

      const pick = async (docsOfTab: Docs, index: number): Promise<string> => {
        const ids = (await docsOfTab.find()).map(({ _id }) => _id).filter((id) => id !== counter);
        return ids[index % Math.max(1, ids.length)] ?? 'none';
      };
      const acknowledge = (promise: Promise<string | string[]>): unknown =>
        promise.then(
          (ids) => {
            for (const id of [ids].flat()) inserted.add(id);
          },
          () => {},
        );
      const count = (promise: Promise<boolean>): unknown => {
        tried++;
        return promise.then(
          (isDone) => {
            added += Number(isDone);
          },
          () => {},
        );
      };

      const run = async (each: (typeof commands)[number]): Promise<unknown> => {
        const mine = 'tab' in each ? at(each.tab) : at(0);
        switch (each.do) {
          case 'insert':
            return acknowledge(mine.insert({ n: 1, a: each.text }));
          case 'insertLarge':
            return acknowledge(mine.insert({ n: 2, a: 'large'.padEnd(60_000, '.') }));
          case 'insertMany':
            return acknowledge(mine.insertMany(Array.from({ length: each.count }, (_, n) => ({ n }))));
          case 'insertBulk': {
            // As segments from the beginning; those of chosen ids lie between each other's, or apart.
            const idOf = (n: number): object => (each.isChosen ? { _id: each.slot < 3 ? `${n}.${each.slot}` : `${each.slot}.${n}` } : {});
            return acknowledge(mine.insertMany(Array.from({ length: 2_000 }, (_, n) => ({ n, ...idOf(n) }))));
          }
          case 'add':
            return count(mine.update(counter, { $inc: { n: 1 } }));
          case 'addAtomically':
            return count(mine.update(counter, ({ n }) => ({ $inc: { n: n - n + 1 } })));
          case 'patchA':
            return mine.update(await pick(mine, each.slot), { a: each.text });
          case 'patchB':
            return mine.update(await pick(mine, each.slot), ({ a = '' }) => ({ b: a + each.text }));
          case 'push':
            return mine.update(await pick(mine, each.slot), { $push: { list: each.slot } });
          case 'replace':
            return mine.replace(await pick(mine, each.slot), { n: 7, a: each.text });
          case 'delete': {
            const id = await pick(mine, each.slot);
            deleted.add(id);
            return mine.delete(id);
          }
          case 'touchAll':
            return mine.updateMany({ n: { $gt: 0 } }, { a: each.text });
          case 'freeze':
            return open[each.tab]?.tab.freeze();
          case 'show':
            return open[each.tab]?.tab.show();
          case 'crash': {
            stops[each.tab]?.();
            open[each.tab]?.tab.crash();
            const store = openTab() as (typeof stores)[number];
            open[each.tab] = { store, tab: tabs.at(-1) as TestTab };
            live[each.tab] = store.collections.docs.live({ where: { n: { $gte: 0 } }, sort: { n: -1 } });
            stops[each.tab] = live[each.tab]?.subscribe(() => {}) as () => void;
            return;
          }
          case 'bus':
            return world.setBus(each.mode);
          case 'fail':
            storage.restart();
            return storage.failCall(each.call);
          case 'settle':
            return world.settle();
          case 'wait':
            return world.advance(each.ms);
        }
      };
      // Not awaited one by one: what storage is asked for overlaps.
      for (const each of commands) {
        void run(each).then(undefined, () => {});
        if (each.do === 'settle') await world.settle();
        if (each.do === 'wait') await world.advance(each.ms);
      }

      world.setBus('deliver');
      await world.advance(1_000);
      storage.heal();
      for (const { tab } of open) tab.show();
      await world.advance(120_000);

      const [first, second, third] = await Promise.all(open.map((_, index) => at(index).find()));
      const fresh = (openTab() as (typeof stores)[number]).collections.docs;
      const stored = await fresh.find();
      expect(second).toEqual(first);
      expect(third).toEqual(first);
      expect(stored).toEqual(first);
      live.forEach((each, index) => {
        const sorted = [...(first ?? [])].filter(({ n }) => n >= 0).sort((a, b) => b.n - a.n || (a._id < b._id ? -1 : 1));
        expect(each.get().data, `live of tab ${index}`).toEqual(sorted);
      });
      const ids = new Set(stored.map(({ _id }) => _id));
      expect([...inserted].filter((id) => !deleted.has(id) && !ids.has(id))).toEqual([]);
      const total = (await fresh.findOne(counter))?.n ?? -1;
      expect(total).toBeGreaterThanOrEqual(added);
      expect(total).toBeLessThanOrEqual(tried);
      await Promise.all(open.map(({ store }) => (store as unknown as Store).close()));
    }),
    {
      numRuns: Number(process.env.RUNS ?? 60),
      ...(process.env.SEED ? { seed: Number(process.env.SEED), path: process.env.PATHX ?? '' } : {}),
    },
  );
}, 600_000);
