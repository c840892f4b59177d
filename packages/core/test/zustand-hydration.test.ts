import { IDBFactory } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { persist } from 'zustand/middleware';
import { createStore as createZustand } from 'zustand/vanilla';
import { webStorage } from '../src/drivers/web-storage.ts';
import { createStore, indexedDb, memory } from '../src/index.ts';
import { syncStore, zustandPersist } from '../src/zustand.ts';
import { fakeStorage } from './fake-storage.ts';
import { createApp, DARK, shown, stage } from './zustand-stage.ts';

test('an early change and the stored state both survive, field by field', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store);
  const saved = app.setState({ theme: 'blue' });
  expect(shown(app)).toEqual({ theme: 'blue', todos: [] });
  await world.settle();
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
  expect(app.persist.hasHydrated()).toBe(true);
  expect(await saved).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test('an early change and the stored state both survive a slow read and a reload', async () => {
  const { openTab, world, seed, stored, hold, commits } = stage();
  await seed(DARK);
  const release = hold('get');
  const app = createApp(openTab().store);
  void app.setState({ theme: 'blue' });
  void app.getState().add('d');
  await world.settle();
  expect(await stored()).toEqual({ state: DARK, version: 0 });
  release();
  await world.settle();
  // The field of the early change wins as a whole.
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: ['d'] }, version: 0 });
  expect(commits()).toBe(1);
  const again = createApp(openTab().store);
  await world.settle();
  expect(shown(again)).toEqual({ theme: 'blue', todos: ['d'] });
});

test('an early change is kept with IndexedDB too', async () => {
  const factory = new IDBFactory();
  const open = () => createStore({ name: 'test', storage: indexedDb({ factory: () => factory }) });
  const first = createApp(open());
  await vi.waitUntil(() => first.persist.hasHydrated());
  expect(await first.setState(DARK)).toEqual({ saved: true });
  const app = createApp(open());
  expect(app.persist.hasHydrated()).toBe(false);
  expect(await app.setState({ theme: 'blue' })).toEqual({ saved: true });
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
});

test('a getItem that rejects ends in error, and the next set costs the stored state nothing', async () => {
  const { openTab, world, seed, stored, fail, errors } = stage();
  await seed(DARK);
  fail('get', 'UNAVAILABLE');
  const post = vi.fn();
  const { store } = openTab();
  const app = createApp(store, { onRehydrateStorage: () => post });
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(false);
  expect(post).toHaveBeenCalledExactlyOnceWith(undefined, expect.objectContaining({ code: 'UNAVAILABLE' }));
  expect(errors).toContain('UNAVAILABLE');
  void app.setState({ theme: 'blue' });
  expect(app.getState().theme).toBe('blue');
  await world.settle();
  expect(await stored()).toEqual({ state: DARK, version: 0 });
});

test('after a getItem that rejected, a synced store is hydrated as soon as storage answers, with what was changed meanwhile', async () => {
  const { openTab, world, seed, stored, fail } = stage();
  await seed(DARK);
  fail('get', 'UNAVAILABLE');
  const app = createApp(openTab().store);
  syncStore(app);
  await world.settle();
  void app.setState({ theme: 'blue' });
  fail('get');
  await world.advance(5_000);
  expect(app.persist.hasHydrated()).toBe(true);
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test('after a getItem that rejected, a synced store is hydrated also when nothing is stored', async () => {
  const { openTab, world, fail } = stage();
  fail('get', 'UNAVAILABLE');
  const app = createApp(openTab().store);
  syncStore(app);
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(false);
  fail('get');
  await world.advance(5_000);
  expect(app.persist.hasHydrated()).toBe(true);
});

test('a migrate that throws ends in error, and the next set does not write over the old state', async () => {
  const { openTab, world, seed, stored, errors } = stage();
  await seed(DARK, 0);
  const app = createApp(openTab().store, {
    version: 1,
    migrate: () => {
      throw new Error('no');
    },
  });
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(false);
  expect(errors).toEqual(['MIGRATION_FAILED']);
  expect(await app.setState({ theme: 'blue' })).toMatchObject({ saved: false, error: { code: 'MIGRATION_FAILED' } });
  expect(app.getState().theme).toBe('blue');
  expect(await stored()).toEqual({ state: DARK, version: 0 });
});

test('a migrate that throws and then does not keeps the stored state and what was changed meanwhile', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK, 0);
  const migrate = vi.fn((state: unknown) => state);
  migrate.mockImplementationOnce((state) => {
    (state as { todos: string[] }).todos.push('half done');
    throw new Error('no');
  });
  const app = createApp(openTab().store, { version: 1, migrate });
  await world.settle();
  void app.setState({ theme: 'blue' });
  await app.persist.rehydrate();
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(true);
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 1 });
});

test('a change that a failed migration kept from storage is stored once another tab has migrated', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK, 0);
  const app = createApp(openTab().store, {
    version: 1,
    migrate: () => {
      throw new Error('no');
    },
  });
  syncStore(app);
  await world.settle();
  expect(await app.setState({ theme: 'blue' })).toMatchObject({ saved: false });
  createApp(openTab().store, { version: 1, migrate: (state) => state });
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(true);
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 1 });
});

test('what another tab changes during a migration here is shown when it ends', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK, 0);
  let finish = (): void => {};
  const app = createApp(openTab().store, {
    version: 1,
    migrate: (state) =>
      new Promise((resolve) => {
        finish = () => resolve(state);
      }),
  });
  syncStore(app);
  await world.settle();
  const other = createApp(openTab().store, { version: 1, migrate: (state) => state });
  await world.settle();
  await other.setState({ theme: 'green' });
  await world.settle();
  finish();
  await world.settle();
  expect(shown(app)).toEqual({ theme: 'green', todos: DARK.todos });
  expect(await stored()).toEqual({ state: { theme: 'green', todos: DARK.todos }, version: 1 });
});

test('an early change waits for an asynchronous migration', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed({ color: 'dark', todos: ['a'] }, 0);
  let finish = (): void => {};
  const app = createApp(openTab().store, {
    version: 1,
    migrate: (old) =>
      new Promise((resolve) => {
        finish = () => resolve({ theme: (old as { color: string }).color, todos: (old as { todos: string[] }).todos });
      }),
  });
  void app.setState({ theme: 'blue' });
  await world.settle();
  expect(await stored()).toEqual({ state: { color: 'dark', todos: ['a'] }, version: 0 });
  finish();
  await world.settle();
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: ['a'] }, version: 1 });
});

test('a migrate that changes what it is given, and an equal result, are stored at the new version', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed({ theme: 'dark', todos: ['a'] }, 0);
  createApp(openTab().store, {
    version: 1,
    migrate: (old) => {
      (old as { todos: string[] }).todos.push('b');
      return old;
    },
  });
  await world.settle();
  expect(await stored()).toEqual({ state: { theme: 'dark', todos: ['a', 'b'] }, version: 1 });
  createApp(openTab().store, { version: 2, migrate: (old) => old });
  await world.settle();
  expect(await stored()).toEqual({ state: { theme: 'dark', todos: ['a', 'b'] }, version: 2 });
});

test('without migrate a state of another version is ignored and stays stored until the next set', async () => {
  const { openTab, world, seed, stored } = stage();
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  await seed(DARK, 0);
  const app = createApp(openTab().store, { version: 1 });
  syncStore(app);
  await world.settle();
  expect(log).toHaveBeenCalledOnce();
  expect(app.persist.hasHydrated()).toBe(true);
  expect(shown(app)).toEqual({ theme: 'light', todos: [] });
  expect(await stored()).toEqual({ state: DARK, version: 0 });
  await app.setState({ theme: 'blue' });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: [] }, version: 1 });
});

test('a state of a newer version is never written over', async () => {
  const { openTab, world, seed, stored, errors } = stage();
  await seed({ ...DARK, extra: 1 }, 3);
  const migrate = vi.fn((state: unknown) => state);
  const app = createApp(openTab().store, { version: 2, migrate });
  await world.settle();
  expect(migrate).toHaveBeenCalledExactlyOnceWith({ ...DARK, extra: 1 }, 3);
  expect(shown(app)).toEqual({ ...DARK, extra: 1 });
  expect(await app.setState({ theme: 'blue' })).toMatchObject({ saved: false, error: { code: 'NEWER_DATA' } });
  await app.setState({ theme: 'green' });
  expect(app.getState().theme).toBe('green');
  expect(errors).toEqual(['NEWER_DATA']);
  await app.persist.rehydrate();
  await world.settle();
  expect(errors).toEqual(['NEWER_DATA', 'NEWER_DATA']);
  expect(await stored()).toEqual({ state: { ...DARK, extra: 1 }, version: 3 });
});

test('a change that newer data kept from storage is stored once that data is gone', async () => {
  const { openTab, world, seed, stored } = stage();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await seed(DARK, 3);
  const app = createApp(openTab().store, { version: 2 });
  await world.settle();
  expect(await app.setState({ theme: 'blue' })).toMatchObject({ saved: false });
  await seed(undefined);
  expect(await app.getState().add('x')).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: ['x'] }, version: 2 });
});

test('a slow write and a fast one end in order', async () => {
  const { openTab, world, stored, hold } = stage();
  const app = createApp(openTab().store);
  await world.settle();
  const release = hold('commit');
  const first = app.setState({ theme: 'one' });
  await world.settle();
  const second = app.setState({ theme: 'two' });
  release();
  expect(await Promise.all([first, second])).toEqual([{ saved: true }, { saved: true }]);
  expect(await stored()).toMatchObject({ state: { theme: 'two' } });
});

test('a write that fails keeps memory, rejects nothing, reaches onError, and is made up for', async () => {
  const { openTab, world, stored, fail, errors } = stage();
  const app = createApp(openTab().store);
  await world.settle();
  fail('commit', 'QUOTA');
  expect(await app.setState({ theme: 'blue' })).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  expect(app.getState().theme).toBe('blue');
  expect(app.persist.hasHydrated()).toBe(true);
  expect(errors).toEqual(['QUOTA']);
  fail('commit');
  await world.advance(5_000);
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: [] }, version: 0 });
  expect(await app.setState({ theme: 'green' })).toEqual({ saved: true });
});

test('100 sets of a turn are one write, and sets that change nothing are none', async () => {
  const { openTab, world, stored, commits } = stage();
  const app = createApp(openTab().store);
  await world.settle();
  const sets = Array.from({ length: 100 }, (_, index) => app.getState().add(`${index}`));
  await Promise.all(sets);
  expect(commits()).toBe(1);
  expect(await stored()).toMatchObject({ state: { todos: { length: 100 } } });
  await app.setState({});
  await app.setState({ theme: 'light', todos: [...app.getState().todos] });
  expect(commits()).toBe(1);
});

test('a new default deep inside is kept by a merge of the app, under early changes', async () => {
  const { openTab, world, seed } = stage();
  await seed({ theme: 'dark', nested: { old: 1 } });
  const { store } = openTab();
  const app = createZustand(
    persist(
      () => ({ theme: 'light', nested: { old: 0, fresh: 2 } }),
      zustandPersist(store, 'app', {
        merge: (stored, current) => {
          const { nested, ...rest } = stored as typeof current;
          return { ...current, ...rest, nested: { ...current.nested, ...nested } };
        },
      }),
    ),
  );
  app.setState({ theme: 'blue' });
  await world.settle();
  expect(app.getState()).toEqual({ theme: 'blue', nested: { old: 1, fresh: 2 } });
});

test('clearStorage empties storage, keeps the live state, and the next set stores all of it', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store);
  syncStore(app);
  await world.settle();
  app.persist.clearStorage();
  expect(app.persist.getOptions().storage?.getItem('app')).toBeNull();
  await world.settle();
  expect(await stored()).toBeUndefined();
  expect(shown(app)).toEqual(DARK);
  await app.setState({ theme: 'blue' });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test.each(['memory', 'web storage'])(
  'clearStorage after a set of the same turn, and a set after clearStorage, end in that order (%s)',
  async (kind) => {
    const items = fakeStorage();
    const { openTab, world, stored } = stage(kind === 'memory' ? memory() : webStorage(() => items));
    const app = createApp(openTab().store);
    await world.settle();
    void app.setState({ theme: 'blue' });
    app.persist.clearStorage();
    await world.settle();
    expect(await stored()).toBeUndefined();
    void app.setState({ theme: 'green' });
    await Promise.resolve();
    app.persist.clearStorage();
    await world.settle();
    expect(await stored()).toBeUndefined();
    app.persist.clearStorage();
    expect(await app.setState({ todos: ['x'] })).toEqual({ saved: true });
    expect(await stored()).toEqual({ state: { theme: 'green', todos: ['x'] }, version: 0 });
  },
);

test('Date, Map, Set and Blob survive in a storage of clones', async () => {
  const { openTab, world } = stage();
  const state = { date: new Date(5), map: new Map([['a', new Set([1])]]), blob: new Blob(['bytes'], { type: 'text/plain' }) };
  const open = () =>
    createZustand(persist(() => ({ ...state, map: new Map<string, Set<number>>() }), zustandPersist(openTab().store, 'app')));
  const first = open();
  await world.settle();
  expect(await first.setState({ map: state.map })).toEqual({ saved: true });
  const second = open();
  await world.settle();
  expect(second.getState()).toMatchObject({ date: state.date, map: state.map });
  expect(await second.getState().blob.text()).toBe('bytes');
});

test('a post-rehydrate callback that throws is called twice, as zustand has it, and keeps nothing from being stored', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const thrown = new Error('no');
  const post = vi.fn().mockImplementationOnce(() => {
    throw thrown;
  });
  const app = createApp(openTab().store, { onRehydrateStorage: () => post });
  await world.settle();
  expect(post.mock.calls).toEqual([
    [expect.objectContaining(DARK), undefined],
    [undefined, thrown],
  ]);
  expect(app.persist.hasHydrated()).toBe(false);
  expect(await app.setState({ theme: 'blue' })).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test('functions of the top level are left out; a deeper one is refused by its path', async () => {
  const { openTab, world, stored, errors } = stage();
  const { store } = openTab();
  const app = createZustand<{ n: number; run: () => void; deep?: unknown }>()(
    persist(() => ({ n: 0, run() {} }), zustandPersist(store, 'app')),
  );
  await world.settle();
  expect(await app.setState({ n: 1 })).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { n: 1 }, version: 0 });
  expect(await app.setState({ deep: { run() {} } })).toMatchObject({
    saved: false,
    error: { code: 'UNSUPPORTED_VALUE', path: 'state.deep.run' },
  });
  expect(errors).toEqual(['UNSUPPORTED_VALUE']);
  expect(await app.setState({ deep: 1 })).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { n: 1, deep: 1 }, version: 0 });
});

test('a loaded key hydrates a new zustand store before create returns, from an asynchronous storage too', async () => {
  const { openTab, world, seed } = stage();
  await seed(DARK);
  const { store } = openTab();
  createApp(store);
  await world.settle();
  const app = createApp(store);
  expect(app.persist.hasHydrated()).toBe(true);
  expect(shown(app)).toEqual(DARK);
});

test('getItem gives one native promise while the key is loading, and sees queued writes', async () => {
  const { openTab, world, seed, hold } = stage();
  await seed(DARK);
  const { storage } = zustandPersist<object>(openTab().store, 'app');
  const read = storage?.getItem('app');
  expect(read).toBeInstanceOf(Promise);
  expect(await read).toEqual({ state: DARK, version: 0 });
  const app = createApp(openTab().store);
  await world.settle();
  const release = hold('commit');
  void app.setState({ theme: 'blue' });
  expect(app.persist.getOptions().storage?.getItem('app')).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
  await app.persist.rehydrate();
  expect(app.getState().theme).toBe('blue');
  release();
});

test('skipHydration shows nothing of what is stored until rehydrate, and then keeps early changes over it', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store, { skipHydration: true, version: 0 });
  syncStore(app);
  void app.setState({ theme: 'blue' });
  await world.settle();
  expect(shown(app)).toEqual({ theme: 'blue', todos: [] });
  await app.persist.rehydrate();
  await world.settle();
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test('skipHydration without syncStore: what is stored wins, as zustand has it, and loses nothing', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store, { skipHydration: true });
  const saved = app.setState({ theme: 'blue' });
  await world.settle();
  expect(await stored()).toEqual({ state: DARK, version: 0 });
  await app.persist.rehydrate();
  expect(await saved).toEqual({ saved: true });
  expect(shown(app)).toEqual(DARK);
  expect(await stored()).toEqual({ state: DARK, version: 0 });
});

test('two rehydrations at once lose no change that is made between them', async () => {
  const { openTab, world, seed, stored, hold } = stage();
  await seed(DARK);
  const release = hold('get');
  const app = createApp(openTab().store);
  void app.persist.rehydrate();
  void app.setState({ theme: 'blue' });
  void app.persist.rehydrate();
  release();
  await world.settle();
  expect(shown(app)).toEqual({ theme: 'blue', todos: DARK.todos });
  expect(await stored()).toEqual({ state: { theme: 'blue', todos: DARK.todos }, version: 0 });
});

test('what is stored and cannot be decoded is copied aside before a set writes over it', async () => {
  const items = fakeStorage();
  const { openTab, world, errors } = stage(webStorage(() => items));
  items.setItem('test!app!', '{"cut off');
  const app = createApp(openTab().store);
  await world.settle();
  expect(app.persist.hasHydrated()).toBe(false);
  expect(errors).toEqual(['CORRUPT']);
  expect(items.length).toBe(1);
  expect(await app.setState({ theme: 'blue' })).toEqual({ saved: true });
  expect(Array.from({ length: items.length }, (_, index) => items.getItem(items.key(index) ?? ''))).toContain('{"cut off');
  expect(JSON.parse(items.getItem('test!app!') ?? '')).toEqual({ state: { theme: 'blue', todos: [] }, version: 0 });
});
