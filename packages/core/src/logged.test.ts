import { describe, expect, test } from 'vitest';
import { fakeStorage } from '../test/fake-storage.ts';
import { rich } from './codecs/rich.ts';
import { collection } from './collections/declare.ts';
import type { Driver, StorageDriver } from './driver.ts';
import { memory } from './drivers/memory.ts';
import { webStorage } from './drivers/web-storage.ts';
import { logged } from './logged.ts';
import { createTestStore, createWorld, driverLaws } from './testing/index.ts';

/** A driver with nothing but the four methods. */
function plain(): StorageDriver {
  const { get, list, set, delete: remove } = memory();
  return { name: 'plain', holds: 'clone', get, list, set, delete: remove };
}

const webStoragePlace = (): StorageDriver => {
  const storage = fakeStorage();
  return webStorage(() => storage, { codec: rich });
};

/** Laws that do not hold here, and why. */
const GAPS: [law: string, places: (() => StorageDriver)[]][] = [
  // The entries of the log are entries like others: the core lists by prefixes of its own.
  ['lists after a key', [webStoragePlace, plain]],
  // Without `commit` below, a value that cannot be stored is found out one by one; the core looks at values before.
  ['commit is all or nothing', [plain]],
  // Time stands still in the world of the test, and there are no storage events.
  ['watch tells', [webStoragePlace, plain]],
];

const places: Record<string, () => StorageDriver> = {
  'web storage': webStoragePlace,
  'a driver of four methods': plain,
};

describe.each(Object.entries(places))('%s', (_, place) => {
  describe('with a log keeps the laws of drivers', () => {
    for (const law of driverLaws) {
      test(law.name, async ({ skip }) => {
        const world = createWorld();
        const driver = logged(place());
        const open = (): Driver<unknown> => driver.named?.('laws', world.openTab().ports) as Driver<unknown>;
        const first = open();
        if (!law.appliesTo(first) || GAPS.some(([name, places]) => law.name.startsWith(name) && places.includes(place))) skip();
        await law.run({ driver: first, other: open() });
      });
    }
  });

  test('collections live in it: two tabs, a reload, a checkpoint', async () => {
    const notes = collection<{ title: string; at: Date; n: number }>();
    const { stores, world, openTab } = createTestStore({ collections: { notes }, storage: logged(place()), tabs: 2 });
    const [a, b] = stores.map(({ collections }) => collections.notes) as [
      (typeof stores)[0]['collections']['notes'],
      (typeof stores)[0]['collections']['notes'],
    ];
    const ids = await a.insertMany(Array.from({ length: 3_000 }, (_, n) => ({ title: `note ${n}`.padEnd(90, '.'), at: new Date(n), n })));
    await world.advance(5_000);
    await Promise.all([
      a.update(ids[0] as string, { title: 'a' }),
      b.update(ids[0] as string, { $inc: { n: 5 } }),
      b.delete(ids[1] as string),
    ]);
    for (let turn = 0; turn < 10; turn++)
      await Promise.all([a, b].map((notes) => notes.update(ids[2] as string, ({ n }) => ({ n: n + 1 }))));
    await world.advance(5_000);
    const found = await a.find();
    expect(found).toHaveLength(2_999);
    expect(found[0]).toMatchObject({ title: 'a', n: 5, at: new Date(0) });
    expect(found[1]).toMatchObject({ n: 22 });
    expect(await b.find()).toEqual(found);
    expect(await openTab().collections.notes.find()).toEqual(found);
  });
});
