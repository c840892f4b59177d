import { expect, test } from 'vitest';
import type { Journal } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { keepNotes } from '../notes.ts';
import { createStore } from '../store.ts';
import { createTestStore, faultDriver } from '../testing/index.ts';
import { aggregate } from './aggregate.ts';
import { collection } from './declare.ts';

interface Note {
  title: string;
  done?: boolean;
  n?: number;
  tags?: string[];
}

const notes = collection<Note>();

test('an inserted document is found, live, and after a reload', async () => {
  const { store, openTab } = createTestStore({ collections: { notes } });
  const live = store.collections.notes.live({ where: { done: false } });
  const id = await store.collections.notes.insert({ title: 'first', done: false });
  await store.collections.notes.insert({ title: 'second', done: true });
  expect(await store.collections.notes.find()).toMatchObject([{ title: 'first' }, { title: 'second' }]);
  expect(live.get().data).toMatchObject([{ _id: id, title: 'first' }]);
  const again = openTab();
  expect(await again.collections.notes.find({ where: { done: true } })).toMatchObject([{ title: 'second' }]);
  expect(await again.collections.notes.findOne(id)).toEqual(await store.collections.notes.findOne(id));
});

test('pages and totals follow the changes of another tab', async () => {
  const { stores, world } = createTestStore({ collections: { notes }, tabs: 2 });
  const [a, b] = stores.map(({ collections }) => collections.notes) as [
    (typeof stores)[0]['collections']['notes'],
    (typeof stores)[0]['collections']['notes'],
  ];
  const totals = aggregate(b, { by: 'done', sum: 'n' });
  const pages = b.pages({ sort: { n: -1 }, limit: 2 });
  await Promise.all([totals.ready, pages.ready]);
  await a.insertMany([1, 2, 3, 4, 5].map((n) => ({ title: `${n}`, n, done: n > 3 })));
  await world.settle();
  pages.loadMore(1);
  expect(pages.get()).toMatchObject({ data: [{ n: 5 }, { n: 4 }, { n: 3 }], total: 5 });
  expect(totals.get().data).toEqual([
    { key: false, count: 3, sum: 6 },
    { key: true, count: 2, sum: 9 },
  ]);
});

test('edits of two tabs to two fields of one document both win', async () => {
  const { stores, world } = createTestStore({ collections: { notes }, tabs: 2 });
  const [a, b] = stores.map(({ collections }) => collections.notes) as [
    (typeof stores)[0]['collections']['notes'],
    (typeof stores)[0]['collections']['notes'],
  ];
  const id = await a.insert({ title: 'one', n: 1 });
  await world.settle();
  await b.find();
  world.setBus('drop');
  await Promise.all([a.update(id, { title: 'two' }), b.update(id, { $inc: { n: 1 } })]);
  world.setBus('deliver');
  await world.advance(5_000);
  expect(await a.findOne(id)).toMatchObject({ title: 'two', n: 2 });
  expect(await b.findOne(id)).toEqual(await a.findOne(id));
});

test('four tabs with 50 atomic updates each count to 200', async () => {
  const { stores, world } = createTestStore({ collections: { notes }, tabs: 4 });
  const id = await stores[0]!.collections.notes.insert({ title: 'counter', n: 0 });
  await world.settle();
  await Promise.all(
    stores.map(async ({ collections }) => {
      for (let turn = 0; turn < 50; turn++) await collections.notes.update(id, ({ n = 0 }) => ({ n: n + 1 }));
    }),
  );
  await world.advance(5_000);
  for (const { collections } of stores) expect(await collections.notes.findOne(id)).toMatchObject({ n: 200 });
});

test('destroy removes the documents in every tab, and they stay removed', async () => {
  const { stores, world, openTab } = createTestStore({ collections: { notes }, tabs: 2 });
  const [a, b] = stores as [(typeof stores)[0], (typeof stores)[0]];
  await a.collections.notes.insert({ title: 'gone' });
  await world.settle();
  expect(await b.collections.notes.count()).toBe(1);
  await a.destroy();
  await world.advance(5_000);
  expect(await a.collections.notes.count()).toBe(0);
  expect(await b.collections.notes.count()).toBe(0);
  expect(await openTab().collections.notes.count()).toBe(0);
  await b.collections.notes.insert({ title: 'new' });
  await world.advance(5_000);
  expect(await a.collections.notes.find()).toMatchObject([{ title: 'new' }]);
});

test('a long log becomes segments, and other tabs and later ones see the same', async () => {
  const { stores, world, openTab, storage } = createTestStore({ collections: { notes }, tabs: 2 });
  const [a, b] = stores as [(typeof stores)[0], (typeof stores)[0]];
  const ids = await a.collections.notes.insertMany(Array.from({ length: 5_000 }, (_, n) => ({ title: `note ${n}`.padEnd(80, '.'), n })));
  await world.advance(5_000);
  await b.collections.notes.update(ids[17]!, { done: true });
  await b.collections.notes.delete(ids[18]!);
  await world.advance(5_000);
  const found = await a.collections.notes.find();
  expect(found).toHaveLength(4_999);
  expect(await b.collections.notes.find()).toEqual(found);
  const { batches } = await storage.driver.named!('test', world.openTab().ports).changes!(0);
  expect(batches.length).toBeLessThan(5);
  expect(await openTab().collections.notes.find()).toEqual(found);
});

test('what is inserted while the page ends is noted, and appended once by the next one', async () => {
  const shared = memory();
  const left = new Map<string, unknown>();
  const journal: Journal = {
    write: (key, value) => void left.set(key, value),
    forget: (key) => void left.delete(key),
    async recover(replay) {
      for (const [key, value] of [...left]) {
        await replay(key, value, 0);
        left.delete(key);
      }
    },
    keep: keepNotes,
  };
  const { stores, tabs, world, storage, openTab } = createTestStore({ collections: { notes }, storage: { ...shared, journal } });
  const { notes: mine } = stores[0]!.collections;
  const id = await mine.insert({ title: 'before', n: 0 });
  // Only an edit of what is there can be noted.
  await mine.find();
  expect(left.size).toBe(0);
  storage.hold();
  tabs[0]!.leave();
  void mine.insert({ title: 'leaving' });
  void mine.update(id, { $inc: { n: 1 } });
  await Promise.resolve();
  tabs[0]!.crash();
  expect(left.size).toBe(2);
  // The commit took place although the page never heard of it: the notes are of the same batches.
  storage.release();
  await world.settle();
  for (let start = 0; start < 2; start++) {
    const next = openTab().collections.notes;
    await world.advance(3_000);
    expect(await next.find()).toMatchObject([{ title: 'before', n: 1 }, { title: 'leaving' }]);
  }
});

test('to have a live result or a document touches no storage before it is read or watched', async () => {
  const faults = faultDriver(memory());
  const store = createStore({ name: 'lazy', storage: faults.driver, collections: { notes } });
  const live = store.collections.notes.live();
  const document = store.collections.notes.document('a');
  expect([live.initial(), document.initial()]).toEqual([{ status: 'loading', data: [], total: 0 }, undefined]);
  expect(faults.calls()).toBe(0);
  expect(live.get().status).toBe('loading');
  await live.ready;
  expect(faults.calls()).toBeGreaterThan(0);
});

test('a failed first reading is not tried again by who reads on', async () => {
  const faults = faultDriver(memory());
  const store = createStore({ name: 'failing', storage: faults.driver, collections: { notes }, onError: () => {} });
  faults.failAll('UNAVAILABLE');
  const live = store.collections.notes.live();
  await expect(live.ready).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const calls = faults.calls();
  for (let times = 0; times < 3; times++) expect(live.get().status).toBe('error');
  await Promise.resolve();
  expect(faults.calls()).toBe(calls);
  await store.close();
});

test('durability is asked for by call and by collection, and everything that is written together is as strict as the strictest', async () => {
  const inner = memory();
  const asked: (string | undefined)[] = [];
  const storage: typeof inner = {
    ...inner,
    async commit(operations, options) {
      asked.push(options?.durability);
      return inner.commit!(operations, options);
    },
  };
  const { store } = createTestStore({ collections: { notes, ledger: collection<Note>({ durability: 'strict' }) }, storage });
  const { notes: relaxed, ledger } = store.collections;
  const id = await relaxed.insert({ title: 'usual' });
  await relaxed.update(id, { title: 'strict' }, { durability: 'strict' });
  await ledger.insert({ title: 'strict' });
  await Promise.all([relaxed.insert({ title: 'with' }), ledger.insert({ title: 'strict' })]);
  expect(asked).toEqual([undefined, 'strict', 'strict', 'strict']);
});

test('usage counts the documents and about the bytes of each collection, in the log and in segments alike', async () => {
  const { store, world } = createTestStore({ collections: { notes, unused: collection<Note>() } });
  expect((await store.usage()).collections).toEqual({});
  await store.collections.notes.insertMany(Array.from({ length: 3_000 }, (_, n) => ({ title: 'x'.repeat(100), n })));
  const inLog = (await store.usage()).collections.notes!;
  await world.advance(5_000);
  const inSegments = (await store.usage()).collections.notes!;
  for (const { documents, bytes } of [inLog, inSegments]) {
    expect(documents).toBe(3_000);
    expect(bytes).toBeGreaterThan(300_000);
    expect(bytes).toBeLessThan(900_000);
  }
});

test('an edit is shown in the turn in which it is made, and never before an earlier one', async () => {
  const { store, openTab } = createTestStore({ collections: { notes } });
  const id = await store.collections.notes.insert({ title: 'first', n: 0 });
  await store.collections.notes.find();
  const title = store.collections.notes.document(id);
  void store.collections.notes.update(id, { title: 'second' });
  expect(title.get()?.title).toBe('second');
  void store.collections.notes.delete(id);
  expect(title.get()).toBeUndefined();

  const other = await store.collections.notes.insert({ title: 'first', n: 0 });
  const late = openTab().collections.notes;
  const live = late.live();
  const early = Array.from({ length: 3 }, (_, n) => late.update(other, { n }));
  const stop = live.subscribe(() => {
    stop();
    void late.update(other, { n: 3 });
  });
  await Promise.all(early);
  await late.update(other, { title: 'last' });
  expect(await late.findOne(other)).toMatchObject({ title: 'last', n: 3 });
});
