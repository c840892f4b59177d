import { expect, test } from 'vitest';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { collection } from '../index.ts';
import { createStore } from '../store.ts';
import { createTestStore } from '../testing/index.ts';
import { withBrought } from './segments.ts';

interface Row {
  n: number;
  text?: string;
}

const collections = { rows: collection<Row>() };
const many = (count: number, from = 0): (Row & { _id: string })[] =>
  Array.from({ length: count }, (_, n) => ({ _id: `row ${String(from + n).padStart(6, '0')}`, n: from + n }));

async function keysOf(driver: StorageDriver): Promise<string[]> {
  const keys: string[] = [];
  for await (const entries of driver.list({ prefix: '' })) keys.push(...entries.map(({ key }) => key));
  return keys;
}

/** One tab on a storage that is looked at. */
function setUp() {
  const storage = memory();
  const { world } = createTestStore({});
  const open = () => createStore({ name: 'app', storage, collections, ports: world.openTab().ports }).collections.rows;
  return { storage, world, open };
}

test('many new documents lie in segments from the beginning, and a checkpoint takes these as they are', async () => {
  const { storage, world, open } = setUp();
  await open().insertMany(many(5_000));
  const before = (await keysOf(storage)).filter((key) => key.includes('segments'));
  expect(before).toHaveLength(5);
  await world.advance(5_000);
  const after = await keysOf(storage);
  expect(after.filter((key) => key.includes('segments'))).toEqual(before);
  expect(after.some((key) => key.includes('checkpoint'))).toBe(true);
  expect((await storage.changes?.(0))?.batches).toEqual([]);
  expect((await open().find()).map(({ n }) => n)).toEqual(many(5_000).map(({ n }) => n));
});

test('what is changed between the insert and the checkpoint is written again, and nothing else', async () => {
  const { storage, world, open } = setUp();
  const rows = open();
  await rows.insertMany(many(5_000));
  const before = (await keysOf(storage)).filter((key) => key.includes('segments'));
  await rows.delete('row 001500');
  await rows.update('row 000000', { n: -1 });
  await world.advance(5_000);
  const after = (await keysOf(storage)).filter((key) => key.includes('segments'));
  expect(after.filter((key) => before.includes(key))).toHaveLength(3);
  expect(after).toHaveLength(5);
  const found = await open().find();
  expect(found).toHaveLength(4_999);
  expect(found[0]?.n).toBe(-1);
});

test('documents that come to lie between others are written again with them', async () => {
  const { storage, world, open } = setUp();
  const rows = open();
  await rows.insertMany(many(2_000).map((row) => ({ ...row, _id: `${row._id} a` })));
  await world.advance(5_000);
  await rows.insertMany(many(2_000).map((row) => ({ ...row, _id: `${row._id} b` })));
  await rows.delete('row 000000 a');
  await world.advance(5_000);
  expect((await keysOf(storage)).filter((key) => key.includes('segments'))).toHaveLength(4);
  const found = await open().find();
  expect(found.map(({ _id }) => _id)).toEqual([...found.map(({ _id }) => _id)].sort());
  expect(found).toHaveLength(3_999);
});

test('another tab shows a bulk as one change, and a tab that is new reads it from the log', async () => {
  const { stores, openTab, world } = createTestStore({ collections, tabs: 2 });
  const [first, second] = stores.map((store) => store.collections.rows);
  const live = second?.live({ where: { n: { $gte: 1_000 } } });
  await live?.ready;
  const told: number[] = [];
  live?.subscribe(() => told.push(live.get().total));
  await first?.insertMany(many(3_000));
  await world.settle();
  expect(told).toEqual([2_000]);
  expect(await openTab().collections.rows.count()).toBe(3_000);
});

test('large documents get segments of their own, of at most a megabyte as a rule', async () => {
  const { storage, open } = setUp();
  const text = 'x'.repeat(300_000);
  await open().insertMany(many(40).map((row) => ({ ...row, text })));
  const sizes: number[] = [];
  for await (const entries of storage.list({ prefix: '' })) sizes.push(...entries.map(({ value }) => String(value).length));
  expect(Math.max(...sizes)).toBeLessThan(1_300_000);
  expect(await open().count()).toBe(40);
});

test('only segments apart from all others are taken as they are', () => {
  const segment = (name: string, from: string, to?: string) => ({ name, from, size: 1, ...(to && { to }) });
  const [a, c, e] = [segment('a', 'a', 'b'), segment('c', 'c', 'd'), segment('e', 'e')];
  expect(withBrought([a], [c])).toEqual([a, c]);
  expect(withBrought([c], [a])).toEqual([a, c]);
  expect(withBrought([a], [segment('x', 'b', 'c')])).toEqual([a]);
  expect(withBrought([c], [segment('x', 'b', 'c')])).toEqual([c]);
  expect(withBrought([e], [segment('x', 'f', 'g')]), 'what an older build wrote may reach further').toEqual([e]);
  expect(withBrought([], [c, segment('x', 'd', 'f')])).toEqual([c]);
});
