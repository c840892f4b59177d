import { expect, test } from 'vitest';
import { indexedDb } from '../drivers/indexed-db.ts';
import { memory } from '../drivers/memory.ts';
import { key } from '../keys/key.ts';
import { createStore } from '../store.ts';
import { type PreviousRunOptions, previousRun } from './previous-run.ts';

let names = 0;
const newName = (): string => `run ${++names} ${crypto.randomUUID()}`;

/** What a start of the app finds, and what it does then. */
async function start(name: string, options?: PreviousRunOptions, work?: (store: ReturnType<typeof open>) => Promise<unknown>) {
  const store = open(name);
  const found = await previousRun(store, options);
  await work?.(store);
  await store.close();
  return found;
}

const open = (name: string) => createStore({ name, storage: indexedDb(), keys: { text: key('') } });

function evict(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

test('the first start is told from one that finds its data, and from one whose data were evicted', async () => {
  const name = newName();
  expect([await start(name), await start(name)]).toEqual(['first', 'kept']);
  await evict(name);
  expect([await start(name), await start(name)]).toEqual(['lost', 'kept']);
});

test('a cookie tells of data that were evicted together with localStorage', async () => {
  const name = newName();
  expect(await start(name, { cookie: true })).toBe('first');
  await evict(name);
  localStorage.removeItem(`holdfast-run!${name}`);
  expect(await start(name, { cookie: true })).toBe('lost');
});

test('after everything was destroyed the next start is a first one', async () => {
  const name = newName();
  expect(await start(name, { cookie: true }, (store) => store.destroy())).toBe('first');
  expect(await start(name, { cookie: true })).toBe('first');
});

test('where nothing is kept nothing is known', async () => {
  const store = createStore({ name: newName(), storage: memory(), keys: {} });
  expect(await previousRun(store)).toBe('unknown');
});
