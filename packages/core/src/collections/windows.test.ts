import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import type { Query } from '../index.ts';
import { collection, type Document } from '../index.ts';
import { createTestStore } from '../testing/index.ts';

interface Row {
  n: number;
  title?: string;
}

const collections = { rows: collection<Row>() };
const FIRST: Query<Document<Row>> = { where: { n: { $gte: 10 } }, sort: { n: -1 }, limit: 3 };

/** A tab has shown the query, and was closed. */
async function setUp(query = FIRST) {
  const made = createTestStore({ collections });
  const { rows } = made.store.collections;
  await rows.insertMany(Array.from({ length: 3_000 }, (_, n) => ({ _id: `row ${n}`, n })));
  rows.live(query).subscribe(() => {});
  await made.world.advance(5_000);
  await made.store.close();
  return made;
}

/** What a new tab shows of a query, from its beginning. */
function follow({ openTab, world }: Awaited<ReturnType<typeof setUp>>, query = FIRST) {
  const { rows } = openTab().collections;
  const live = rows.live(query);
  const seen: { status: string; ns: number[]; total: number; isLoaded: boolean }[] = [];
  const look = (): void => {
    const { status, data, total } = live.get();
    seen.push({ status, ns: data.map(({ n }) => n), total, isLoaded: rows.status.get().state === 'ready' });
  };
  look();
  live.subscribe(look);
  return { rows, live, seen, world };
}

test('a new tab has the rows of a known live query before it has read the documents, and nothing changes when it has', async () => {
  const { live, seen, world, rows } = follow(await setUp());
  await live.ready;
  expect(seen.at(-1)).toEqual({ status: 'ready', ns: [2_999, 2_998, 2_997], total: 2_990, isLoaded: false });
  const { data } = live.get();
  await world.settle();
  expect(rows.status.get().state).toBe('ready');
  expect(live.get().data).toBe(data);
  expect(seen.map(({ status }) => status)).toEqual(['loading', 'ready']);
  expect(await rows.findOne('row 2999')).toBe(data[0]);
});

test('rows that may have changed since are shown as what is still loading', async () => {
  const made = await setUp();
  const other = made.openTab();
  await other.collections.rows.update('row 2998', { n: 5_000 });
  made.tabs.at(-1)?.crash();
  const { seen, world } = follow(made);
  await world.settle();
  expect(seen.map(({ status, ns }) => [status, ns[0]])).toEqual([
    ['loading', undefined],
    ['loading', 2_999],
    ['ready', 5_000],
  ]);
});

test('a change of this tab before the documents are there makes the rows doubtful until they are', async () => {
  const { rows, live, seen, world } = follow(await setUp());
  await live.ready;
  void rows.insert({ n: 9_000 });
  expect(live.get().status).toBe('loading');
  await world.settle();
  expect(seen.map(({ status, ns }) => [status, ns[0]])).toEqual([
    ['loading', undefined],
    ['ready', 2_999],
    ['loading', 2_999],
    ['ready', 9_000],
  ]);
});

test('a long result is known by its beginning', async () => {
  const query: Query<Document<Row>> = { sort: { n: 1 }, fields: { n: 1 } };
  const { seen, world } = follow(await setUp(query), query);
  await world.settle();
  expect(seen.map(({ status, ns, total }) => [status, ns.length, total])).toEqual([
    ['loading', 0, 0],
    ['loading', 200, 3_000],
    ['ready', 3_000, 3_000],
  ]);
});

test('what has not changed is not written again, and nothing where others share the storage', async () => {
  const watched: StorageDriver = { ...memory(), watch: async () => () => {} };
  for (const [storage, isWritten] of [[memory(), true] as const, [watched, false] as const]) {
    const { storage: faults, tabs, store, world } = createTestStore({ collections, storage });
    await store.collections.rows.insert({ n: 20 });
    store.collections.rows.live(FIRST).subscribe(() => {});
    await world.advance(60_000);
    const keys: string[] = [];
    for await (const entries of storage.list({ prefix: '', keysOnly: true })) keys.push(...entries.map(({ key }) => key));
    expect(keys.some((key) => key.includes('windows'))).toBe(isWritten);
    const before = faults.calls();
    tabs[0]?.freeze();
    await world.settle();
    expect(faults.calls()).toBe(before);
  }
});

test('what is called ready before the documents are there is what they say when they are', async () => {
  const command = fc.oneof(
    fc.record({ do: fc.constant('insert' as const), n: fc.nat(30) }),
    fc.record({ do: fc.constant('move' as const), slot: fc.nat(9), n: fc.nat(30) }),
    fc.record({ do: fc.constant('delete' as const), slot: fc.nat(9) }),
    fc.record({ do: fc.constant('fill' as const) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 500, 2_000) }),
    fc.record({ do: fc.constant('fail' as const), call: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant('reopen' as const), how: fc.constantFrom('close' as const, 'crash' as const, 'leave' as const) }),
  );
  let early = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
      const { openTab, tabs, world, storage } = createTestStore({ collections, tabs: 2 });
      const other = openTab().collections.rows;
      let mine = openTab();
      let stop = mine.collections.rows.live(FIRST).subscribe(() => {});
      for (const each of [...commands, { do: 'reopen', how: 'leave' } as const]) {
        const { rows } = mine.collections;
        const ids = (await other.find()).map(({ _id }) => _id);
        const from = ids.length % 2 ? other : rows;
        if (each.do === 'insert') void from.insert({ n: each.n }).catch(() => {});
        if (each.do === 'move') void from.update(ids[each.slot] ?? '', { n: each.n }).catch(() => {});
        if (each.do === 'delete') void from.delete(ids[each.slot] ?? '').catch(() => {});
        // Enough for a checkpoint.
        if (each.do === 'fill')
          void from.insertMany(Array.from({ length: 5 }, () => ({ n: 1, title: 'x'.repeat(60_000) }))).catch(() => {});
        if (each.do === 'wait') await world.advance(each.ms);
        if (each.do === 'fail') {
          storage.restart();
          storage.failCall(each.call);
        }
        if (each.do !== 'reopen') continue;
        stop();
        if (each.how === 'close') await Promise.race([mine.close(), world.advance(10_000)]);
        if (each.how === 'leave') tabs.at(-1)?.freeze();
        tabs.at(-1)?.crash();
        await world.settle();
        storage.heal();
        mine = openTab();
        const live = mine.collections.rows.live(FIRST);
        let known: { ids: string[]; total: number } | undefined;
        stop = live.subscribe(() => {
          const { status, data, total } = live.get();
          if (status === 'ready' && mine.collections.rows.status.get().state === 'loading')
            known = { ids: data.map(({ _id, n }) => `${_id} ${n}`), total };
        });
        live.get();
        const found = await mine.collections.rows.find({ ...FIRST, limit: 0 });
        if (known) early++;
        if (known) expect(known).toEqual({ ids: found.slice(0, 3).map(({ _id, n }) => `${_id} ${n}`), total: found.length });
      }
      await world.settle();
    }),
    { numRuns: Number(process.env.RUNS ?? 100) },
  );
  expect(early, 'it happened').toBeGreaterThan(20);
}, 120_000);
