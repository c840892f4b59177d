import { expect, test, vi } from 'vitest';
import { fakeStorage } from '../../test/fake-storage.ts';
import { json } from '../codecs/json.ts';
import { rich } from '../codecs/rich.ts';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { webStorage } from '../drivers/web-storage.ts';
import { StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import { textFormat } from '../record.ts';
import type { Schema } from '../schema.ts';
import { createStore } from '../store.ts';
import { createTestStore, createWorld, faultDriver } from '../testing/index.ts';
import { key, keyFamily } from './key.ts';

const numbers = { n: key(0), m: key(0) };

/** What the memory driver holds under a key of the store `test`. */
async function held(driver: StorageDriver, ...path: string[]): Promise<unknown> {
  return (await driver.get(encodePath(['test', ...path])))?.value;
}

const numberSchema: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'number' ? { value } : { issues: [{ message: 'not a number' }] }),
  },
};

test('law 2: a promise that says saved resolves when the driver has committed, never before', async () => {
  const { store, storage, world } = createTestStore({ keys: numbers });
  await store.keys.n.ready;
  storage.hold();
  let result: unknown;
  void store.keys.n.set(1).then((saved) => {
    result = saved;
  });
  await world.settle();
  expect(result).toBeUndefined();
  expect(store.keys.n.status.get()).toMatchObject({ pending: true, persistent: false });
  storage.release();
  await world.settle();
  expect(result).toEqual({ saved: true });
  expect(store.keys.n.status.get()).toMatchObject({ state: 'ready', pending: false, persistent: true });
});

test('law 2, check 8: a failed write is reported, stays in memory, and is tried again until it is stored', async () => {
  const driver = memory();
  const { store, storage, world } = createTestStore({ keys: numbers, storage: driver });
  const { n } = store.keys;
  await n.ready;
  storage.failAll('QUOTA');
  expect(await n.set(1)).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  expect(n.get()).toBe(1);
  expect(n.status.get()).toMatchObject({ persistent: false, error: { code: 'QUOTA' } });
  expect(world.reported).toHaveLength(1);
  storage.heal();
  await world.advance(1_000);
  expect(await held(driver, 'n')).toBe(1);
  expect(n.status.get()).toEqual({ state: 'ready', pending: false, persistent: true, capability: 'memory' });
});

test('a flood of sets on a full storage causes one try a second, not a storm', async () => {
  const { store, storage, world } = createTestStore({ keys: numbers });
  const { n } = store.keys;
  await n.ready;
  storage.failAll('QUOTA');
  storage.restart();
  for (let turn = 0; turn < 100; turn++) {
    void n.set(turn);
    await world.advance(20);
  }
  expect(storage.calls()).toBeLessThanOrEqual(4);
  expect(n.get()).toBe(99);
});

test('one value that storage refuses does not hold up the others of its turn', async () => {
  const driver = memory();
  const keys = { good: key(0), bad: key<unknown>(null) };
  const { store } = createTestStore({ keys, storage: driver });
  await Promise.all([store.keys.good.ready, store.keys.bad.ready]);
  const bad = store.keys.bad.set(new Proxy({ a: () => {} }, {}));
  expect(await store.keys.good.set(1)).toEqual({ saved: true });
  expect(await bad).toMatchObject({ saved: false, error: { code: 'UNSUPPORTED_VALUE', path: 'a' } });
  expect(await held(driver, 'good')).toBe(1);
});

test('law 3, checks 1 and 4: nothing is written before the first read has settled, and early sets are replayed on what it found', async () => {
  const driver = memory();
  await driver.set(encodePath(['test', 'list']), ['stored']);
  const { store, storage, world } = createTestStore({ keys: { list: key<string[]>([]) }, storage: driver });
  storage.hold();
  const saved = store.keys.list.set((list) => [...list, 'early']);
  expect(store.keys.list.get()).toEqual(['early']);
  await world.settle();
  expect(await held(driver, 'list')).toEqual(['stored']);
  storage.release();
  expect(await saved).toEqual({ saved: true });
  expect(store.keys.list.get()).toEqual(['stored', 'early']);
  expect(await held(driver, 'list')).toEqual(['stored', 'early']);
});

test('law 4, check 5: a read that fails ends in error, writes nothing, and is made up for with the early changes', async () => {
  const driver = memory();
  await driver.set(encodePath(['test', 'n']), 5);
  const { store, storage, world } = createTestStore({ keys: numbers, storage: driver });
  const { n } = store.keys;
  storage.failAll('UNAVAILABLE');
  await expect(n.ready).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(n.status.get()).toMatchObject({ state: 'error', persistent: false });
  expect(n.get()).toBe(0);
  const saved = n.set((previous) => previous + 1);
  expect(n.get()).toBe(1);
  await world.settle();
  expect(await held(driver, 'n')).toBe(5);
  storage.heal();
  await world.advance(1_000);
  expect(await saved).toEqual({ saved: true });
  expect(n.get()).toBe(6);
  expect(await held(driver, 'n')).toBe(6);
});

test.each([
  ['does not decode', { n: key(0) }, '{"cut off', 'CORRUPT'],
  ['does not validate', { n: key({ schema: numberSchema, default: 0 }) }, '"text"', 'INVALID_VALUE'],
  ['has no step to migrate', { n: key(0, { version: 2 }) }, '1', 'MIGRATION_FAILED'],
  [
    'has a step that throws',
    {
      n: key(0, {
        version: 2,
        migrate: {
          2: () => {
            throw new Error('no');
          },
        },
      }),
    },
    '1',
    'MIGRATION_FAILED',
  ],
])('law 4, check 6: a value that %s is kept, reported, and copied aside before the app writes over it', async (_, keys, text, code) => {
  const items = fakeStorage();
  const path = encodePath(['test', 'n']);
  items.setItem(path, text);
  const { store, world } = createTestStore({ keys, storage: webStorage(() => items) });
  const { n } = store.keys;
  expect(n.get()).toBe(0);
  expect(n.status.get()).toMatchObject({ state: 'error', persistent: false, error: { code } });
  await expect(n.ready).rejects.toMatchObject({ code });
  await world.settle();
  expect([...items.items]).toEqual([[path, text]]);
  expect(await n.set(7)).toEqual({ saved: true });
  expect([...items.items.values()].sort()).toContain(text);
  expect(items.items.size).toBe(2);
  expect(n.status.get()).toMatchObject({ state: 'ready', persistent: true });
});

test('law 5, check 7: data of a newer build is shown where the schema accepts it, and never written over', async () => {
  const driver = memory();
  const newer = createTestStore({
    keys: { n: key({ schema: numberSchema, default: 0, version: 2, migrate: { 2: (old: number) => old } }) },
    storage: driver,
  });
  await newer.store.keys.n.set(5);
  const before = await held(driver, 'n');
  const older = createTestStore({ keys: { n: key({ schema: numberSchema, default: 0 }) }, storage: driver });
  const { n } = older.store.keys;
  await n.ready;
  expect(n.get()).toBe(5);
  expect(n.status.get()).toMatchObject({ state: 'read-only', error: { code: 'NEWER_DATA' } });
  expect(await n.set(6)).toMatchObject({ saved: false, error: { code: 'NEWER_DATA' } });
  expect(await n.update((fresh) => fresh + 1)).toMatchObject({ saved: false, error: { code: 'NEWER_DATA' } });
  await older.world.advance(60_000);
  expect(await held(driver, 'n')).toEqual(before);
});

test('older data is migrated step by step, and what is stored follows', async () => {
  const driver = memory();
  await driver.set(encodePath(['test', 'user']), 'Ada Lovelace');
  const { store, world } = createTestStore({
    keys: {
      user: key(
        { first: '', last: '' },
        {
          version: 3,
          migrate: {
            2: (name: string) => ({ name }),
            3: ({ name }: { name: string }) => ({ first: name.split(' ')[0] ?? '', last: name.split(' ')[1] ?? '' }),
          },
        },
      ),
    },
    storage: driver,
  });
  await store.keys.user.ready;
  expect(store.keys.user.get()).toEqual({ first: 'Ada', last: 'Lovelace' });
  await world.settle();
  expect(await held(driver, 'user')).toEqual({ $holdfast: [3, 0], value: { first: 'Ada', last: 'Lovelace' } });
});

test('law 6: a change of another tab arrives, is not written back and not told again', async () => {
  const { stores, storage, world } = createTestStore({ keys: numbers, tabs: 3 });
  const [a, b, c] = stores.map((store) => store.keys.n);
  await Promise.all([a!.ready, b!.ready, c!.ready]);
  const heard = vi.fn();
  b!.subscribe(heard);
  await a!.set(1);
  storage.restart();
  await world.settle();
  expect([b!.get(), c!.get()]).toEqual([1, 1]);
  expect(heard).toHaveBeenCalledTimes(1);
  const calls = storage.calls();
  await world.advance(2_000);
  expect(storage.calls()).toBe(calls);
});

test('law 6, law 9, check 12: equal values keep the identity, notify no one and cause no write, also when they come from another tab', async () => {
  const { stores, storage, world } = createTestStore({ keys: { o: key({ a: [1] }), other: key(0) }, tabs: 2 });
  const [a, b] = stores;
  await Promise.all([a!.keys.o.set({ a: [2] }), b!.keys.o.ready]);
  await world.settle();
  const before = b!.keys.o.get();
  const heard = vi.fn();
  a!.keys.o.subscribe(heard);
  b!.keys.o.subscribe(heard);
  storage.restart();
  expect(await a!.keys.o.set({ a: [2] })).toEqual({ saved: true });
  expect(storage.calls()).toBe(0);
  await b!.keys.other.set(1);
  await a!.keys.o.update((fresh) => ({ ...fresh }));
  await world.advance(10_000);
  expect(b!.keys.o.get()).toBe(before);
  expect(heard).not.toHaveBeenCalled();
});

test('law 6, check 9: reset arrives in every tab, and nothing resurrects', async () => {
  const driver = memory();
  const { stores, world } = createTestStore({ keys: numbers, tabs: 2, storage: driver });
  const [a, b] = stores.map((store) => store.keys.n);
  await a!.set(5);
  await b!.ready;
  expect(await b!.reset()).toEqual({ saved: true });
  await world.advance(10_000);
  expect([a!.get(), b!.get()]).toEqual([0, 0]);
  expect(await held(driver, 'n')).toBeUndefined();
});

test('what is set while a read is tried again is kept, however many ask for that read meanwhile', async () => {
  const driver = memory();
  await driver.set(encodePath(['test', 'n']), 5);
  const { store, storage, world } = createTestStore({ keys: numbers, storage: driver });
  const { n } = store.keys;
  storage.failAll('UNAVAILABLE');
  await n.ready.catch(() => {});
  void n.set(7);
  storage.heal();
  storage.hold();
  void n.retry();
  void n.retry();
  await world.settle();
  storage.release();
  await world.settle();
  expect(n.get()).toBe(7);
  expect(await held(driver, 'n')).toBe(7);
});

test('law 7: a lost hint only delays: the next look of a visible tab finds it', async () => {
  const { stores, world } = createTestStore({ keys: numbers, tabs: 2 });
  const [a, b] = stores.map((store) => store.keys.n);
  await Promise.all([a!.ready, b!.ready]);
  world.setBus('drop');
  await a!.set(1);
  await world.settle();
  expect(b!.get()).toBe(0);
  await world.advance(3_000);
  expect(b!.get()).toBe(1);
});

test('law 7: a change of web storage that no event tells of is found by the next look of a visible tab', async () => {
  const storage = fakeStorage();
  const { store, tabs, world } = createTestStore({ keys: numbers, storage: webStorage(() => storage) });
  const { n } = store.keys;
  await n.set(1);
  storage.clear();
  tabs[0]!.hide();
  await world.advance(10_000);
  expect(n.get()).toBe(1);
  tabs[0]!.show();
  await world.settle();
  expect(n.get()).toBe(0);
  await n.set(2);
  storage.clear();
  await world.advance(3_000);
  expect(n.get()).toBe(0);
  await store.close();
});

test('a frozen tab catches up when it is seen again, and does not write over what happened meanwhile', async () => {
  const driver = memory();
  const { stores, tabs, world } = createTestStore({ keys: numbers, tabs: 2, storage: driver });
  const [a, b] = stores.map((store) => store.keys.n);
  await Promise.all([a!.ready, b!.ready]);
  tabs[1]!.freeze();
  await a!.set(1);
  await world.advance(60_000);
  expect(b!.get()).toBe(0);
  tabs[1]!.show();
  await world.settle();
  expect(b!.get()).toBe(1);
  expect(await held(driver, 'n')).toBe(1);
});

test('law 1, check 10: a hint that lies changes nothing', async () => {
  const { store, world } = createTestStore({ keys: numbers });
  await store.keys.n.set(1);
  const evil = world.openTab().ports.openBus!('holdfast:test:memory');
  for (const message of [99, -1, null, { seq: 5, keys: ['n'] }, 'x', Number.NaN, { __proto__: null }]) evil.post(message);
  await world.settle();
  expect(store.keys.n.get()).toBe(1);
  expect(await store.keys.n.set(2)).toEqual({ saved: true });
});

test('law 11, check 14: all sets of one turn are one commit, in order', async () => {
  const driver = memory();
  const { store, storage } = createTestStore({ keys: numbers, storage: driver });
  const { n, m } = store.keys;
  await Promise.all([n.ready, m.ready]);
  storage.restart();
  const results = Array.from({ length: 100 }, (_, index) => [n.set(index), m.set(-index)]).flat();
  await Promise.all(results);
  expect(storage.calls()).toBe(1);
  expect([await held(driver, 'n'), await held(driver, 'm')]).toEqual([99, -99]);
});

test('what is set while a commit is under way goes into the next one, in order', async () => {
  const driver = memory();
  const { store, storage, world } = createTestStore({ keys: numbers, storage: driver });
  const { n } = store.keys;
  await n.ready;
  storage.hold();
  void n.set(1);
  await world.settle();
  const second = n.set(2);
  storage.release();
  expect(await second).toEqual({ saved: true });
  expect(await held(driver, 'n')).toBe(2);
});

test('check 15: what waits for its delay is written in the turn in which the page is hidden', async () => {
  const driver = memory();
  const { store, tabs, world } = createTestStore({ keys: { draft: key('', { delayMs: 300 }) }, storage: driver });
  const { draft } = store.keys;
  await draft.ready;
  void draft.set('a');
  await world.advance(299);
  expect(await held(driver, 'draft')).toBeUndefined();
  await world.advance(1);
  expect(await held(driver, 'draft')).toBe('a');
  void draft.set('b');
  tabs[0]!.hide();
  expect(await held(driver, 'draft')).toBe('b');
});

test('law 12: where storage is denied everything works in memory, and the status says so', async () => {
  const { store, world } = createTestStore({
    keys: numbers,
    storage: webStorage(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    }),
  });
  const { n } = store.keys;
  expect(n.get()).toBe(0);
  expect(await n.set(1)).toMatchObject({ saved: false, error: { code: 'DENIED' } });
  expect(await n.update((fresh) => fresh + 1)).toMatchObject({ saved: false });
  expect(n.get()).toBe(2);
  await n.ready;
  expect(n.status.get()).toMatchObject({ state: 'ready', capability: 'memory', persistent: false, error: { code: 'DENIED' } });
  await world.advance(100_000);
  expect(world.reported).toHaveLength(1);
});

test('retry stores what was shown while storage was denied', async () => {
  const items = fakeStorage();
  let isAllowed = false;
  const { store } = createTestStore({
    keys: numbers,
    storage: webStorage(() => (isAllowed ? items : (undefined as unknown as Storage))),
  });
  const { n } = store.keys;
  await n.set(1);
  isAllowed = true;
  expect(await n.retry()).toEqual({ saved: true });
  expect(items.getItem(encodePath(['test', 'n']))).toBe('1');
});

test('law 14: destroy removes what is ours and nothing else', async () => {
  const items = fakeStorage();
  for (const name of ['test', 'test!x', 'testn', 'other']) items.setItem(name, 'foreign');
  const { store } = createTestStore({
    keys: { n: key(0), panel: keyFamily((_id: string) => key('open')) },
    storage: webStorage(() => items),
  });
  await store.keys.n.set(1);
  await store.keys.panel('a:b!').set('closed');
  expect(await store.usage()).toEqual({ entries: 2, collections: {} });
  await store.destroy();
  expect([...items.items.keys()].sort()).toEqual(['other', 'test', 'test!x', 'testn']);
  expect(store.keys.n.get()).toBe(0);
  expect(store.keys.panel('a:b!').get()).toBe('open');
});

test('a value expires after its time, at once on screen and after a reload, and a new set renews it', async () => {
  const driver = memory();
  const { store, world, openTab } = createTestStore({
    keys: { token: key<string | null>(null, { expires: '30s' }) },
    storage: driver,
  });
  const { token } = store.keys;
  await token.set('secret');
  await world.advance(20_000);
  await token.set('renewed');
  await world.advance(29_999);
  expect(token.get()).toBe('renewed');
  const heard = vi.fn();
  token.subscribe(heard);
  await world.advance(1);
  expect(token.get()).toBeNull();
  expect(heard).toHaveBeenCalledTimes(1);
  const later = openTab().keys.token;
  await later.ready;
  expect(later.get()).toBeNull();
});

test('a session key begins with what another storage holds under its name', async () => {
  const shared = fakeStorage();
  shared.setItem(encodePath(['test', 'filter']), '"mine"');
  const storage = webStorage(() => fakeStorage());
  const { store } = createTestStore({ keys: { filter: key('', { seed: webStorage(() => shared) }) }, storage });
  expect(store.keys.filter.get()).toBe('mine');
});

test('a key begun from a storage of another kind stays so while nothing is stored, and is stored when it is set to the same', async () => {
  const shared = fakeStorage();
  shared.setItem(encodePath(['test', 'filter']), '"mine"');
  const driver = memory();
  const { store, tabs, world } = createTestStore({ keys: { filter: key('', { seed: webStorage(() => shared) }) }, storage: driver });
  const { filter } = store.keys;
  await filter.ready;
  tabs[0]!.show();
  await filter.update((fresh) => fresh);
  await world.advance(10_000);
  expect(filter.get()).toBe('mine');
  await filter.set('mine');
  expect(await held(driver, 'filter')).toBe('mine');
  await filter.reset();
  expect(filter.get()).toBe('');
});

test('a value that storage does not take expires too, counted from its change and not from the tries to store it', async () => {
  const { store, storage, world } = createTestStore({ keys: { token: key('', { expires: '1m' }) } });
  const { token } = store.keys;
  await token.ready;
  storage.failAll('QUOTA');
  void token.set('secret');
  await world.advance(60_000);
  expect(token.get()).toBe('');
  storage.failAll('DENIED');
  void token.retry();
  void token.set('secret');
  await world.advance(60_000);
  expect(token.get()).toBe('');
});

test('destroy drops what could not be stored: it does not come back when storage does', async () => {
  const driver = memory();
  const { store, storage, world } = createTestStore({ keys: numbers, storage: driver });
  await store.keys.n.ready;
  storage.failAll('UNAVAILABLE');
  void store.keys.n.set(1);
  await world.settle();
  storage.heal();
  await store.destroy();
  await world.advance(60_000);
  expect(store.keys.n.get()).toBe(0);
  expect(await held(driver, 'n')).toBeUndefined();
});

test('update reads what is stored now, so no change of another tab is lost', async () => {
  const driver = memory();
  const { stores } = createTestStore({ keys: numbers, tabs: 4, storage: driver });
  await Promise.all(
    stores.map(async ({ keys: { n } }) => {
      for (let turn = 0; turn < 500; turn++) expect(await n.update((fresh) => fresh + 1)).toEqual({ saved: true });
    }),
  );
  expect(await held(driver, 'n')).toBe(2_000);
});

test('setting undefined removes, and the falsy values are values', async () => {
  const driver = memory();
  const { store, openTab } = createTestStore({ keys: { v: key<unknown>('default') }, storage: driver });
  for (const value of ['', 0, false, null]) {
    await store.keys.v.set(value);
    const again = openTab().keys.v;
    await again.ready;
    expect(again.get()).toBe(value);
  }
  await store.keys.v.set(undefined);
  expect(store.keys.v.get()).toBe('default');
  expect(await held(driver, 'v')).toBeUndefined();
});

test('an updater that throws and a value that the schema refuses change nothing', async () => {
  const { store } = createTestStore({ keys: { n: key({ schema: numberSchema, default: 0 }) } });
  const { n } = store.keys;
  await n.ready;
  const thrown = n.set(() => {
    throw new Error('no');
  });
  expect(await thrown).toMatchObject({ saved: false, error: { code: 'INVALID_ARGUMENT' } });
  expect(await n.set('text' as unknown as number)).toMatchObject({ saved: false, error: { code: 'INVALID_VALUE' } });
  expect(n.get()).toBe(0);
});

test('a closed store refuses changes, and what waited is stored', async () => {
  const driver = memory();
  const { store } = createTestStore({ keys: { draft: key('', { delayMs: 10_000 }) }, storage: driver });
  const { draft } = store.keys;
  await draft.ready;
  const saved = draft.set('kept');
  await store.close();
  expect(await saved).toEqual({ saved: true });
  expect(await held(driver, 'draft')).toBe('kept');
  expect(await draft.set('late')).toMatchObject({ saved: false, error: { code: 'CLOSED' } });
  expect(draft.get()).toBe('kept');
});

test('ready carries what React reads without waiting', async () => {
  const { store } = createTestStore({ keys: numbers, storage: webStorage(() => fakeStorage()) });
  expect(store.keys.n.ready).toMatchObject({ status: 'fulfilled', value: store.keys.n });
  expect(store.keys.n.ready).toBe(store.keys.n.ready);
});

test('law 8: text is plain JSON wherever that is enough, so that any script can read it', async () => {
  const items = fakeStorage();
  const { store } = createTestStore({
    keys: { theme: key('light'), tricky: key<unknown>(null), token: key('', { expires: '1s' }) },
    storage: webStorage(() => items),
  });
  await store.keys.theme.set('dark');
  await store.keys.tricky.set({ $holdfast: [9, 9], value: 1 });
  await store.keys.token.set('t');
  expect(items.getItem(encodePath(['test', 'theme']))).toBe('"dark"');
  const again = createTestStore({ keys: { tricky: key<unknown>(null) }, storage: webStorage(() => items) });
  expect(again.store.keys.tricky.get()).toEqual({ $holdfast: [9, 9], value: 1 });
  expect(textFormat(json).unpack(items.getItem(encodePath(['test', 'token'])) ?? '')).toMatchObject({
    value: 't',
    expiresAtMs: createWorld().now() + 1_000,
  });
});

test('fail the Nth call: whatever call fails, nothing acknowledged is lost and no promise hangs', async () => {
  for (let call = 1; call < 12; call++) {
    const driver = memory();
    const faults = faultDriver(driver);
    faults.failCall(call);
    const world = createWorld();
    const store = createStore({ name: 'test', storage: faults.driver, keys: numbers, ports: world.openTab().ports });
    const { n } = store.keys;
    const results: unknown[] = [];
    for (const work of [() => n.set(1), () => n.update((fresh) => fresh + 1), () => n.set((previous) => previous * 10), () => n.retry()]) {
      const result = work();
      await world.advance(2_000);
      results.push(await result);
    }
    await world.advance(60_000);
    expect(n.get(), `call ${call}`).toBe(20);
    expect(await held(driver, 'n'), `call ${call}`).toBe(20);
    expect(n.status.get(), `call ${call}`).toMatchObject({ state: 'ready', persistent: true, pending: false });
    await store.close();
  }
});

test('a change that waits for its delay outlives the end of the value that it replaces', async () => {
  const driver = memory();
  const { store, world } = createTestStore({ keys: { token: key('', { expires: '1s', delayMs: 500 }) }, storage: driver });
  void store.keys.token.set('old');
  await store.keys.token.flush();
  await world.advance(900);
  void store.keys.token.set('new');
  await world.advance(200);
  expect(store.keys.token.get()).toBe('new');
  await world.advance(400);
  expect(await held(driver, 'token')).toMatchObject({ value: 'new' });
});

test('a file that cannot be read any more fails alone', async () => {
  const items = fakeStorage();
  const storage = webStorage(() => items, { codec: rich, blobs: true });
  const { store } = createTestStore({ keys: { photo: key<Blob | null>(null), n: key(0) }, storage });
  const gone = new Blob(['x']);
  gone.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
  const photo = store.keys.photo.set(gone);
  expect(await store.keys.n.set(1)).toEqual({ saved: true });
  expect(await photo).toMatchObject({ saved: false });
});

test('a value that does not fit holds up no other one', async () => {
  const driver = memory();
  const commit = driver.commit!;
  const small: typeof driver = {
    ...driver,
    async commit(operations, options) {
      if (JSON.stringify(operations).length > 1_000) throw new StoreError('QUOTA', 'Cannot write: a test says that it is full');
      return commit(operations, options);
    },
  };
  const { store, world } = createTestStore({ keys: { large: key(''), n: key(0) }, storage: small });
  await Promise.all([store.keys.large.ready, store.keys.n.ready]);
  expect(await store.keys.large.set('x'.repeat(2_000))).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  for (const n of [1, 2, 3]) expect(await store.keys.n.set(n)).toEqual({ saved: true });
  const before = world.now();
  expect(await held(driver, 'n')).toBe(3);
  expect(world.now()).toBe(before);
  void store.keys.large.set('fits');
  await world.advance(1_000);
  expect(await held(driver, 'large')).toBe('fits');
});

test('law 11: what is set while the page leaves is issued in that very call, because no microtask is sure to run any more', async () => {
  const driver = memory();
  const { store, storage, tabs } = createTestStore({ keys: { n: key(0), m: key(0, { delayMs: 300 }) }, storage: driver });
  await Promise.all([store.keys.n.ready, store.keys.m.ready]);
  storage.restart();
  tabs[0]!.leave();
  void store.keys.n.set(1);
  expect(storage.calls()).toBe(1);
  void store.keys.m.set(2);
  expect(storage.calls()).toBe(2);
});

test('law 6: what is read again and has not changed tells no one, of the status neither', async () => {
  const items = fakeStorage();
  const { store, tabs, world } = createTestStore({ keys: numbers, storage: webStorage(() => items) });
  await store.keys.n.set(1);
  const before = store.keys.n.status.get();
  const heard = vi.fn();
  store.keys.n.status.subscribe(heard);
  tabs[0]!.show();
  await world.settle();
  expect(heard).not.toHaveBeenCalled();
  expect(store.keys.n.status.get()).toBe(before);
});

test('laws 6 and 9: a Blob of another tab arrives once and is one object', async () => {
  const { stores, world } = createTestStore({ keys: { photo: key<Blob | null>(null) }, tabs: 2 });
  const [here, there] = stores.map((store) => store.keys.photo);
  await Promise.all([here!.ready, there!.ready]);
  const seen: unknown[] = [];
  there!.subscribe(() => seen.push(there!.get()));
  await here!.set(new Blob(['x']));
  await world.advance(10_000);
  expect(seen).toHaveLength(1);
  expect(there!.get()).toBe(seen[0]);
});

test('a value that goes back to what was read last is still heard of', async () => {
  const items = fakeStorage();
  const path = encodePath(['test', 'n']);
  items.setItem(path, '1');
  const { store, tabs, world } = createTestStore({ keys: numbers, storage: webStorage(() => items) });
  expect(store.keys.n.get()).toBe(1);
  tabs[0]!.show();
  await world.settle();
  await store.keys.n.set(2);
  items.setItem(path, '1');
  tabs[0]!.show();
  await world.settle();
  expect(store.keys.n.get()).toBe(1);
});

test('a tab that is only hidden goes on comparing and setting, so its updates lose nothing', async () => {
  const driver = memory();
  const { stores, tabs, storage, world } = createTestStore({ keys: numbers, tabs: 2, storage: driver });
  const [a, b] = stores.map((store) => store.keys.n);
  await Promise.all([a!.ready, b!.ready]);
  storage.hold();
  const updated = a!.update((n) => n + 1);
  await world.settle();
  tabs[0]!.hide();
  await driver.set(encodePath(['test', 'n']), 10);
  storage.release();
  expect(await updated).toEqual({ saved: true });
  expect(await held(driver, 'n')).toBe(11);
});
