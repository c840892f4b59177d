import { beforeEach, describe, expect, test, vi } from 'vitest';
import { json } from '../codecs/json.ts';
import { memory } from '../drivers/memory.ts';
import { webStorage } from '../drivers/web-storage.ts';
import type { StoreError } from '../errors.ts';
import { computed } from '../observable.ts';
import { createStore } from '../store.ts';
import { field } from './field.ts';
import { key } from './key.ts';

interface Settings {
  user: { name: string; age?: number; mail: { at: string } | null };
  list: { id: number }[];
  counts: Record<string, number>;
  extra?: { deep?: { n?: number } };
}

const first: Settings = { user: { name: 'Ada', mail: null }, list: [{ id: 1 }, { id: 2 }], counts: {} };
const errors: StoreError[] = [];
const open = (storage = memory()) =>
  createStore({
    name: 'app',
    storage,
    keys: { settings: key<Settings>(first), when: key({ at: new Date(0) }) },
    onError: (error) => errors.push(error),
  });

beforeEach(() => {
  errors.length = 0;
});

test('equal calls give the same object, and other stores other ones', () => {
  const { settings } = open().keys;
  expect(field(settings, 'user.name')).toBe(field(settings, 'user.name'));
  expect(field(settings, 'user.name')).not.toBe(field(settings, 'user.age'));
  expect(field(settings, 'user.name')).not.toBe(field(open().keys.settings, 'user.name'));
});

test('has the name, the status and the default of its part', () => {
  const { settings } = open().keys;
  const name = field(settings, 'user.name');
  expect(name.name).toBe('settings.user.name');
  expect(name.status).toBe(settings.status);
  expect(name.initial()).toBe('Ada');
  expect(field(settings, 'list').initial()).toBe(first.list);
});

test('a change copies what lies along the path and nothing else', async () => {
  const { settings } = open().keys;
  await settings.ready;
  const before = settings.get();
  expect(await field(settings, 'user.name').set('Bob')).toEqual({ saved: true });
  expect(settings.get()).toEqual({ ...first, user: { name: 'Bob', mail: null } });
  expect(before).toEqual(first);
  expect(settings.get().user).not.toBe(before.user);
  expect(settings.get().list).toBe(before.list);
});

test('an updater gets the part, and a part may be an item of an array', async () => {
  const { settings } = open().keys;
  const id = field(settings, 'list.1.id');
  void id.set((before = 0) => before * 10);
  void id.set((before = 0) => before + 1);
  expect(id.get()).toBe(21);
  expect(settings.get().list).toEqual([{ id: 1 }, { id: 21 }]);
  expect(Array.isArray(settings.get().list)).toBe(true);
});

test('what is missing on the way becomes a plain object', () => {
  const { settings } = open().keys;
  void field(settings, 'extra.deep.n').set(1);
  void field(settings, 'user.mail.at').set('a@b');
  void field(settings, 'counts.a').set(2);
  expect(settings.get()).toEqual({ ...first, extra: { deep: { n: 1 } }, user: { name: 'Ada', mail: { at: 'a@b' } }, counts: { a: 2 } });
});

test('undefined removes the part, and creates nothing on the way', () => {
  const { settings } = open().keys;
  const listener = vi.fn();
  settings.subscribe(listener);
  void field(settings, 'extra.deep.n').set(undefined);
  void field(settings, 'user.mail.at').set(undefined);
  expect(listener).not.toHaveBeenCalled();
  void field(settings, 'list.0').set(undefined);
  void field(settings, 'counts.a').set(1);
  void field(settings, 'counts.a').set(undefined as never);
  expect(settings.get()).toEqual({ ...first, list: [{ id: 2 }] });
  expect('a' in settings.get().counts).toBe(false);
});

test('reset brings back the default of the part and keeps the others', () => {
  const { settings } = open().keys;
  void settings.set({ ...first, user: { name: 'Bob', age: 3, mail: null }, counts: { a: 1 } });
  void field(settings, 'user').reset();
  expect(settings.get()).toEqual({ ...first, counts: { a: 1 } });
});

test('tells only of changes of its part', () => {
  const { settings } = open().keys;
  const listener = vi.fn();
  const stop = field(settings, 'user').subscribe(listener);
  void field(settings, 'counts.a').set(1);
  void field(settings, 'user.name').set('Ada');
  expect(listener).not.toHaveBeenCalled();
  void field(settings, 'user.name').set('Bob');
  expect(listener).toHaveBeenCalledTimes(1);
  stop();
  void field(settings, 'user.name').set('Eve');
  expect(listener).toHaveBeenCalledTimes(1);
});

test('keeps its object when the whole was read again and the part is equal', async () => {
  const storage = memory();
  const [a, b] = [open(storage).keys.settings, open(storage).keys.settings];
  await Promise.all([a.ready, b.ready]);
  const list = field(a, 'list');
  const listener = vi.fn();
  list.subscribe(listener);
  const before = list.get();
  await b.set({ ...structuredClone(first), counts: { a: 1 } });
  await a.update((fresh) => fresh);
  expect(a.get().counts).toEqual({ a: 1 });
  expect(list.get()).toBe(before);
  expect(listener).not.toHaveBeenCalled();
});

test('an early change of one part is applied to what was stored', async () => {
  const storage = memory();
  await open(storage).keys.settings.set({ ...first, counts: { a: 1 } });
  const { settings } = open(storage).keys;
  const saved = field(settings, 'user.name').set('Bob');
  expect(await saved).toEqual({ saved: true });
  expect(settings.get()).toEqual({ ...first, counts: { a: 1 }, user: { name: 'Bob', mail: null } });
});

test('update changes the part of what is stored now', async () => {
  const storage = memory();
  const [a, b] = [open(storage).keys.settings, open(storage).keys.settings];
  await Promise.all([a.ready, b.ready]);
  await Promise.all([a, b].flatMap((settings) => [1, 2, 3].map(() => field(settings, 'counts.n').update((n = 0) => n + 1))));
  const { settings } = open(storage).keys;
  await settings.ready;
  expect(settings.get().counts).toEqual({ n: 6 });
});

test('is ready with its whole, and fails with it unheard', async () => {
  const { settings } = open().keys;
  const name = field(settings, 'user.name');
  expect(name.ready).toBe(name.ready);
  expect(await name.ready).toBe(name);
  // For React's `use`, which looks before it waits.
  expect(field(settings, 'user').ready).toMatchObject({ status: 'fulfilled', value: field(settings, 'user') });
  const broken = open({ ...memory(), get: () => Promise.reject(new Error('gone')) }).keys.settings;
  await expect(field(broken, 'user.name').ready).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('reads at once where the storage answers at once', () => {
  const texts = new Map([['app:settings', '']]);
  const storage = { getItem: () => JSON.stringify({ ...first, counts: { a: 7 } }), length: texts.size } as unknown as Storage;
  const { keys } = createStore({
    name: 'app',
    storage: webStorage(() => storage, { codec: json }),
    keys: { settings: key<Settings>(first) },
  });
  expect(field(keys.settings, 'counts.a').get()).toBe(7);
});

test('is tracked by a computed', () => {
  const { settings } = open().keys;
  const upper = computed(() => field(settings, 'user.name').get().toUpperCase());
  expect(upper.get()).toBe('ADA');
  void field(settings, 'user.name').set('Bob');
  expect(upper.get()).toBe('BOB');
});

describe('law 15: data never chooses code', () => {
  const loose = field as (persisted: unknown, path: string) => ReturnType<typeof field<Settings, 'user.name'>>;

  test.each(['__proto__.polluted', 'constructor.prototype.polluted', 'user.__proto__', 'user.constructor', 'user.prototype'])(
    'refuses %s',
    async (path) => {
      const { settings } = open().keys;
      expect(loose(settings, path).get()).toBeUndefined();
      expect(await loose(settings, path).set('x')).toMatchObject({ saved: false, error: { code: 'INVALID_ARGUMENT' } });
      expect(settings.get()).toEqual(first);
      expect(({} as { polluted?: string }).polluted).toBeUndefined();
      expect(errors).toHaveLength(1);
    },
  );

  test.each(['toString', 'user.hasOwnProperty', 'list.length', 'list.map', 'user.name.length'])(
    'does not see %s, which is inherited or no data',
    (path) => {
      expect(loose(open().keys.settings, path).get()).toBeUndefined();
    },
  );

  test.each(['user.name.x', 'list.length', 'list.x', 'list.-1'])('does not write into %s, where there is no such place', async (path) => {
    const { settings } = open().keys;
    expect(await loose(settings, path).set('x')).toMatchObject({ saved: false });
    expect(settings.get()).toEqual(first);
  });

  test('does not write into what is no plain object', async () => {
    const { when } = open().keys;
    expect(await loose(when, 'at.x').set('y')).toMatchObject({ saved: false });
    expect(when.get().at).toBeInstanceOf(Date);
  });
});
