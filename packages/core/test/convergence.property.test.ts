import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memory } from '../src/drivers/memory.ts';
import { encodePath } from '../src/key-path.ts';
import { key } from '../src/keys/key.ts';
import { createTestStore } from '../src/testing/index.ts';

const TABS = 3;
const tab = fc.nat(TABS - 1);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), tab, value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('add' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('update' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('reset' as const), tab }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('freeze' as const, 'show' as const, 'crash' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('bus' as const), mode: fc.constantFrom('drop' as const, 'deliver' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail' as const), calls: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'settle' as const }) },
);

test('law 7, check 2: after any sets, resets, updates, lost hints, failures, freezes and crashes all live tabs show what storage holds', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const driver = memory();
      const { stores, tabs, world, storage, openTab } = createTestStore({ keys: { n: key(-1) }, tabs: TABS, storage: driver });
      for (const store of stores) store.keys.n.subscribe(() => {});
      const acknowledged: Promise<unknown>[] = [];
      const alive = new Map(stores.map((store, index) => [index, store]));
      for (const each of steps) {
        const store = 'tab' in each ? alive.get(each.tab) : undefined;
        if (each.type === 'bus') world.setBus(each.mode);
        else if (each.type === 'fail') {
          storage.restart();
          storage.failCall(each.calls);
        } else if (each.type === 'settle') await world.settle();
        else if (!store) continue;
        else if (each.type === 'set') acknowledged.push(store.keys.n.set(each.value));
        else if (each.type === 'add') acknowledged.push(store.keys.n.set((n) => n + 1));
        else if (each.type === 'update') acknowledged.push(store.keys.n.update((n) => n + 10));
        else if (each.type === 'reset') acknowledged.push(store.keys.n.reset());
        else if (each.type === 'freeze') tabs[each.tab]?.freeze();
        else if (each.type === 'show') tabs[each.tab]?.show();
        else {
          tabs[each.tab]?.crash();
          alive.delete(each.tab);
        }
      }
      world.setBus('deliver');
      storage.heal();
      for (const index of alive.keys()) tabs[index]?.show();
      await world.advance(10_000);
      const held = (await driver.get(encodePath(['test', 'n'])))?.value ?? -1;
      const fresh = openTab();
      await fresh.keys.n.ready;
      expect(fresh.keys.n.get()).toBe(held);
      for (const store of alive.values()) {
        expect(store.keys.n.get()).toBe(held);
        expect(store.keys.n.status.get()).toMatchObject({ pending: false });
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 400) },
  );
});
