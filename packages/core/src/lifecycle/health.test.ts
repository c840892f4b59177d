import { expect, test } from 'vitest';
import { collection } from '../collections/declare.ts';
import { StoreError } from '../errors.ts';
import { key, keyFamily } from '../keys/key.ts';
import { createTestStore } from '../testing/index.ts';
import { errorClass } from './error-class.ts';
import { health } from './health.ts';
import { persistence, requestPersistence } from './persistence.ts';

const setUp = () =>
  createTestStore({
    keys: { text: key(''), row: keyFamily((_: string) => key(0)) },
    collections: { notes: collection<{ n: number }>() },
  });

test('a store is well while all is stored, saving while something is on its way, and failing while something cannot be stored', async () => {
  const { store, storage, world } = setUp();
  const whole = health(store);
  const states: string[] = [];
  whole.subscribe(() => {
    if (states.at(-1) !== whole.get().state) states.push(whole.get().state);
  });
  await store.keys.text.ready;
  await store.collections.notes.find();
  expect(whole.get()).toEqual({ state: 'well', pending: [], failing: [] });
  const saved = store.keys.text.set('a');
  expect(whole.get()).toEqual({ state: 'saving', pending: ['text'], failing: [] });
  await saved;
  expect(whole.get().state).toBe('well');
  storage.failAll('QUOTA');
  await store.keys.text.set('b');
  await store.collections.notes.insert({ n: 1 }).catch(() => {});
  expect(whole.get()).toMatchObject({
    state: 'failing',
    failing: [
      { name: 'text', class: 'full' },
      { name: 'notes', class: 'full' },
    ],
  });
  storage.heal();
  await world.advance(60_000);
  expect(whole.get()).toEqual({ state: 'well', pending: [], failing: [] });
  expect(states).toEqual(['saving', 'well', 'saving', 'failing', 'well']);
});

test('a key that is used for the first time is watched too, and the same health is the same object', async () => {
  const { store, storage, world } = setUp();
  const whole = health(store);
  let told = 0;
  const stop = whole.subscribe(() => told++);
  expect(whole.get()).toBe(whole.get());
  storage.failAll('QUOTA');
  void store.keys.row('left').set(1);
  await world.advance(1_000);
  expect(told).toBeGreaterThan(0);
  expect(whole.get().failing.map(({ name }) => name)).toEqual(['row(left)']);
  stop();
  told = 0;
  storage.heal();
  await world.advance(60_000);
  expect(told).toBe(0);
});

test('an error has a class that says what to do', () => {
  const classOf = (code: StoreError['code']): string => errorClass(new StoreError(code, 'Cannot'));
  expect([classOf('QUOTA'), classOf('UNAVAILABLE'), classOf('NEWER_DATA'), classOf('CORRUPT')]).toEqual([
    'full',
    'retrying',
    'outdated',
    'unreadable',
  ]);
});

test('persistence is what the browser says, and unknown where it says nothing', async () => {
  const says = (answer: () => Promise<boolean>): StorageManager => ({ persist: answer, persisted: answer }) as unknown as StorageManager;
  expect(await requestPersistence(says(async () => true))).toBe('granted');
  expect(await persistence(says(async () => false))).toBe('evictable');
  expect(await persistence(says(() => Promise.reject(new TypeError('opaque'))))).toBe('unknown');
  expect(await requestPersistence(undefined)).toBe('unknown');
});
