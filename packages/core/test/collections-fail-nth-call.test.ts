import { expect, test } from 'vitest';
import { collection, type StoreErrorCode } from '../src/index.ts';
import { createTestStore } from '../src/testing/index.ts';

// The way SQLite is tested: the first call of the storage fails, then the second, and so on until one run meets no failure.

interface Note {
  title: string;
  n: number;
  photo?: Blob;
}

const collections = { notes: collection<Note>(), pairs: collection<{ of: string }>() };
const LARGE = 'x'.repeat(70_000);

async function setUp() {
  const made = createTestStore({ collections, tabs: 2 });
  const first = made.stores[0] as (typeof made.stores)[number];
  await first.collections.notes.insertMany([
    { _id: 'counter', title: 'counter', n: 0 },
    { _id: 'kept', title: 'kept', n: 1 },
  ]);
  return made;
}

type Scene = Awaited<ReturnType<typeof setUp>>;
type Tab = Scene['stores'][number];

/** What was acknowledged. */
interface Ledger {
  readonly inserted: Set<string>;
  added: number;
  tried: number;
}

const scenarios: Record<string, (tab: Tab, scene: Scene, ledger: Ledger) => Promise<unknown>[]> = {
  hydrate: (tab) => [tab.collections.notes.find()],
  insert: ({ collections: { notes } }, _, { inserted }) =>
    ['a', 'b'].map((title) => notes.insert({ title, n: 0 }).then((id) => inserted.add(id))),
  insertMany: ({ collections: { notes } }, _, { inserted }) => [
    notes.insertMany(Array.from({ length: 2_500 }, (_, n) => ({ title: 'many', n }))).then((ids) => ids.map((id) => inserted.add(id))),
  ],
  photo: ({ collections: { notes } }, _, { inserted }) => [
    notes.insert({ title: 'photo', n: 0, photo: new Blob(['bytes']) }).then((id) => inserted.add(id)),
  ],
  update: (tab, _, ledger) =>
    [1, 2, 3].map(async (turn) => {
      ledger.tried++;
      const { notes } = tab.collections;
      ledger.added += Number(
        await (turn === 2 ? notes.update('counter', { $inc: { n: 1 } }) : notes.update('counter', ({ n }) => ({ n: n + 1 }))),
      );
    }),
  transaction: (tab) => [
    tab.transaction(({ collections }) => {
      collections.notes.update('kept', { title: 'moved' });
      for (const of of ['one', 'two']) collections.pairs.insert({ of });
    }),
  ],
  checkpoint: ({ collections: { notes } }, _, { inserted }) =>
    Array.from({ length: 6 }, (_, n) => notes.insert({ title: LARGE, n }).then((id) => inserted.add(id))),
};

for (const [name, run] of Object.entries(scenarios))
  for (const code of ['UNAVAILABLE', 'QUOTA'] as StoreErrorCode[])
    test(`${name}: whichever call fails with ${code}, nothing acknowledged is lost, nothing hangs, and all tabs agree`, async () => {
      let hasFailed = true;
      for (let call = 1; hasFailed; call++) {
        const scene = await setUp();
        const ledger: Ledger = { inserted: new Set(['kept', 'counter']), added: 0, tried: 0 };
        const { storage, world, openTab } = scene;
        const tab = openTab();
        storage.restart();
        storage.failCall(call, code);
        const settled = Promise.allSettled(run(tab, scene, ledger)).then(() => 'settled');
        await world.advance(3_000);
        hasFailed = storage.calls() >= call;
        await world.advance(120_000);
        storage.heal();
        expect(await Promise.race([settled, world.settle().then(() => 'hangs')]), `call ${call}`).toBe('settled');
        await world.advance(120_000);
        const fresh = openTab();
        const found = await fresh.collections.notes.find();
        const ids = new Set(found.map(({ _id }) => _id));
        expect(
          [...ledger.inserted].filter((id) => !ids.has(id)),
          `call ${call}`,
        ).toEqual([]);
        for (const each of [tab, ...scene.stores.slice(0, 2)]) expect(await each.collections.notes.find(), `call ${call}`).toEqual(found);
        const { n } = found.find(({ _id }) => _id === 'counter') as Note;
        expect(n).toBeGreaterThanOrEqual(ledger.added);
        expect(n).toBeLessThanOrEqual(ledger.tried);
        // All of a transaction, or nothing.
        const isMoved = found.some(({ title }) => title === 'moved');
        expect(await fresh.collections.pairs.count()).toBe(isMoved ? 2 : 0);
        const photo = found.find(({ title }) => title === 'photo')?.photo;
        if (photo) expect(await photo.text()).toBe('bytes');
      }
    }, 60_000);
