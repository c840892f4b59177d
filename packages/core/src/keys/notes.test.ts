import { expect, test } from 'vitest';
import type { Replay, StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { keepNotes } from '../notes.ts';
import { createTestStore } from '../testing/index.ts';
import { key } from './key.ts';

/** Entries in memory, with a journal that shows what it holds, and in which order notes and commits came. */
function noting() {
  const notes = new Map<string, unknown>();
  const order: string[] = [];
  const inner = memory();
  let left: (replay: Replay) => Promise<void> = async () => {};
  const driver: StorageDriver = {
    ...inner,
    async commit(operations, options) {
      order.push('commit');
      return inner.commit?.(operations, options);
    },
    journal: {
      write(key, value) {
        order.push(`note ${value}`);
        notes.set(key, value);
      },
      forget: (key) => notes.delete(key),
      recover: (replay) => left(replay),
      keep: keepNotes,
    },
  };
  return {
    driver,
    notes,
    order,
    leave(recover: typeof left) {
      left = recover;
    },
  };
}

async function opened() {
  const { driver, ...journal } = noting();
  const test = createTestStore({ keys: { a: key(0), b: key(0) }, storage: driver });
  await test.store.keys.a.ready;
  return { ...journal, ...test, a: test.store.keys.a, tab: test.tabs[0]! };
}

test('what is set while the page leaves is noted first, then written: the write may be the end of the page', async () => {
  const { order, notes, a, tab } = await opened();
  tab.leave();
  void a.set(1);
  expect(order).toEqual(['note 1', 'commit']);
  expect([...notes.values()]).toEqual([1]);
});

test('law 4: what is set while the page leaves is told how it went, when the page is seen again too', async () => {
  const { a, tab, world } = await opened();
  tab.leave();
  const results = [a.set(1), a.set(2), a.reset()].map((result) => Promise.race([result, world.advance(10_000).then(() => 'hangs')]));
  expect(await Promise.all(results)).toEqual([{ saved: true }, { saved: true }, { saved: true }]);
});

test('a page that leaves notes what is under way before it writes what waits', async () => {
  const { order, notes, store, storage, world, tab } = await opened();
  await store.keys.b.ready;
  storage.hold();
  void store.keys.a.set(1);
  await world.settle();
  void store.keys.b.set(2);
  order.length = 0;
  tab.leave();
  expect([...new Set(order)]).toEqual(['note 1', 'note 2']); // the commits are held
  expect([...notes.values()]).toEqual([1, 2]);
});

test('a note stays until the last write of its key has ended', async () => {
  const { notes, a, storage, world, tab } = await opened();
  storage.hold();
  const first = a.set(1);
  await world.settle();
  tab.hide();
  storage.release();
  storage.hold();
  void a.set(2);
  await first;
  await world.settle();
  expect([...notes.values()]).toEqual([2]);
  storage.release();
  await world.settle();
  expect(notes.size).toBe(0);
});

test('what another tab has noted is stored, unless someone wrote after it or holds newer data, and leaves no note behind', async () => {
  const { driver, notes, leave } = noting();
  const { store, openTab, world, tabs } = createTestStore({ keys: { a: key(0), b: key(0), c: key(0, { version: 2 }) }, storage: driver });
  await Promise.all([store.keys.a.set(1), store.keys.b.set(1), store.keys.c.set(1)]);
  const { head } = (await driver.changes?.()) ?? { head: 0 };
  await store.keys.b.set(2);
  leave(async (replay) => {
    await replay('test!a!', 10, head);
    await replay('test!b!', 10, head);
    await replay('test!c!', 10, head);
  });
  tabs[0]!.hide();
  const next = openTab();
  tabs[1]!.hide();
  await Promise.all(Object.values(next.keys).map(({ ready }) => ready));
  await world.settle();
  expect([next.keys.a.get(), next.keys.b.get(), next.keys.c.get()]).toEqual([10, 2, 1]);
  expect(notes.size).toBe(0);
});

test('law 6: what another page has noted does not outlive the destruction of the store', async () => {
  const { store, leave, a } = await opened();
  let noted: unknown = 1;
  leave(async (replay) => {
    if (noted !== undefined) await replay('test!a!', noted, 0);
    noted = undefined;
  });
  await store.destroy();
  expect([noted, a.get()]).toEqual([undefined, 0]);
});
