import { expect, test } from 'vitest';
import { memory } from '../drivers/memory.ts';
import { key } from '../keys/key.ts';
import { createTestStore } from '../testing/index.ts';
import { collection } from './declare.ts';

const accounts = collection<{ owner: string; cents: number }>({ indexes: [{ keys: 'owner', unique: true }] });
const moves = collection<{ from: string; to: string; cents: number }>();
const keys = { last: key(''), theme: key('light', { storage: memory() }) };

function setUp(tabs = 1) {
  const made = createTestStore({ keys, collections: { accounts, moves }, tabs });
  type Tab = (typeof made.stores)[number];
  const move = (store: Tab, cents: number): Promise<number> =>
    store.transaction(({ keys, collections }) => {
      const of = (owner: string) => collections.accounts.find({ where: { owner } })[0]!;
      const from = of('ann');
      const to = of('bob');
      collections.accounts.update(from._id, { cents: from.cents - cents });
      collections.accounts.update(to._id, { $inc: { cents } });
      collections.moves.insert({ from: 'ann', to: 'bob', cents });
      keys.last.set(`${cents}`);
      if (collections.accounts.get(from._id)!.cents < 0) throw new Error('too little');
      return collections.accounts.get(to._id)!.cents;
    });
  return { ...made, move };
}

async function balances(store: { collections: { accounts: { find(): Promise<{ owner: string; cents: number }[]> } } }) {
  return Object.fromEntries((await store.collections.accounts.find()).map(({ owner, cents }) => [owner, cents]));
}

test('a transaction reads what it has changed, and is one commit over keys and collections', async () => {
  const { store, move, openTab, storage } = setUp();
  await store.collections.accounts.insertMany([
    { owner: 'ann', cents: 100 },
    { owner: 'bob', cents: 0 },
  ]);
  await store.keys.last.ready;
  await store.collections.moves.find();
  storage.restart();
  expect(await move(store, 30)).toBe(30);
  expect(storage.calls()).toBe(1);
  const again = openTab();
  expect(await balances(again)).toEqual({ ann: 70, bob: 30 });
  expect(await again.collections.moves.count()).toBe(1);
  expect((await again.keys.last.ready).get()).toBe('30');
});

test('what a transaction throws nothing is changed by', async () => {
  const { store, move, openTab } = setUp();
  await store.collections.accounts.insertMany([
    { owner: 'ann', cents: 10 },
    { owner: 'bob', cents: 0 },
  ]);
  await expect(move(store, 30)).rejects.toThrow('too little');
  for (const each of [store, openTab()]) {
    expect(await balances(each)).toEqual({ ann: 10, bob: 0 });
    expect(await each.collections.moves.count()).toBe(0);
    expect((await each.keys.last.ready).get()).toBe('');
  }
});

test('transactions of four tabs at once lose nothing and come one after the other', async () => {
  const { stores, move, world, openTab } = setUp(4);
  await stores[0]!.collections.accounts.insertMany([
    { owner: 'ann', cents: 1_000 },
    { owner: 'bob', cents: 0 },
  ]);
  await world.settle();
  const results = await Promise.all(stores.flatMap((store) => Array.from({ length: 10 }, () => move(store, 1))));
  expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  await world.advance(5_000);
  for (const store of [...stores, openTab()]) {
    expect(await balances(store)).toEqual({ ann: 960, bob: 40 });
    expect(await store.collections.moves.count()).toBe(40);
  }
});

test('a unique index refuses a second document, also one of another tab at the same time', async () => {
  const { stores, world } = setUp(2);
  const [a, b] = stores.map(({ collections }) => collections.accounts) as [
    (typeof stores)[0]['collections']['accounts'],
    (typeof stores)[0]['collections']['accounts'],
  ];
  await Promise.all([a.find(), b.find()]);
  const results = await Promise.allSettled([a.insert({ owner: 'ann', cents: 1 }), b.insert({ owner: 'ann', cents: 2 })]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await world.advance(5_000);
  expect(await a.find()).toEqual(await b.find());
  expect(await a.count()).toBe(1);
});

test('two storages in one transaction are refused before anything is changed', async () => {
  const { store } = setUp();
  const both = store.transaction(({ keys, collections }) => {
    keys.theme.set('dark');
    collections.moves.insert({ from: 'a', to: 'b', cents: 1 });
  });
  await expect(both).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(store.keys.theme.get()).toBe('light');
  expect(await store.collections.moves.count()).toBe(0);
});

const counting = {
  keys: { count: key(0) },
  collections: { a: collection<{ n?: number }>(), b: collection<{ n?: number; text?: string }>() },
};

/** Two tabs, of which the second one writes under a document that a transaction of the first one reads, unheard. */
async function setUpConflict(n: number) {
  const made = createTestStore({ ...counting, tabs: 2 });
  const [first, second] = made.stores as [(typeof made.stores)[0], (typeof made.stores)[0]];
  await first.collections.b.insert({ _id: 'counter', n: 1 });
  await first.collections.a.insert({ _id: 'copy', n: 0 });
  await made.world.settle();
  for (const { keys, collections } of [first, second]) await Promise.all([keys.count.ready, collections.a.find(), collections.b.find()]);
  made.world.setBus('drop');
  const conflict = () => second.collections.b.update('counter', { n });
  return { ...made, first, conflict };
}

test('a transaction is written as it is shown, also where what came before it is done again', async () => {
  const { first, conflict, storage, world, openTab } = await setUpConflict(10);
  const { a, b } = first.collections;
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await undefined;
  };
  storage.hold();
  const done: Promise<unknown>[] = [b.insert({ text: 'under way' })];
  await turns();
  // `a` waits before `b` does, and in `b` something waits before the transaction.
  done.push(conflict(), a.insert({}));
  done.push(b.update('counter', ({ n = 0 }) => ({ n: n + 1 })));
  await turns();
  done.push(
    first.transaction(({ collections }) => {
      const n = collections.b.get('counter')?.n ?? 0;
      collections.a.update('copy', { n });
      collections.b.update('counter', { text: `copied ${n}` });
    }),
  );
  await turns();
  storage.release();
  await world.settle();
  world.setBus('deliver');
  await world.advance(10_000);
  await Promise.all(done);
  for (const { collections } of [first, openTab()]) {
    expect(await collections.a.findOne('copy')).toMatchObject({ n: 11 });
    expect(await collections.b.findOne('counter')).toMatchObject({ n: 11, text: 'copied 11' });
  }
});

test('a key that a transaction counts up is counted once, however often it is done', async () => {
  const { first, conflict, openTab } = await setUpConflict(5);
  await conflict();
  await first.transaction(({ keys, collections }) => {
    collections.b.update('counter', { $inc: { n: 1 } });
    keys.count.set((count) => count + 1);
  });
  for (const { keys } of [first, openTab()]) expect((await keys.count.ready).get()).toBe(1);
});

test('a transaction that throws when it is done again leaves no key behind', async () => {
  const { first, conflict, openTab, world } = await setUpConflict(0);
  await conflict();
  const done = first.transaction(({ keys, collections }) => {
    if (collections.b.get('counter')?.n === 0) throw new Error('too little');
    collections.b.update('counter', { $inc: { n: -1 } });
    keys.count.set(1);
  });
  await expect(done).rejects.toMatchObject({ cause: { message: 'too little' } });
  await world.advance(10_000);
  for (const { keys, collections } of [first, openTab()]) {
    expect((await keys.count.ready).get()).toBe(0);
    expect(await collections.b.findOne('counter')).toMatchObject({ n: 0 });
  }
});
