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
