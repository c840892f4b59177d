import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createJSONStorage, type PersistOptions, persist, unstable_ssrSafe } from 'zustand/middleware';
import { createStore as createZustand } from 'zustand/vanilla';
import { webStorage } from '../src/drivers/web-storage.ts';
import { memory, type Store } from '../src/index.ts';
import { syncStore, zustandPersist } from '../src/zustand.ts';
import { fakeStorage } from './fake-storage.ts';
import { createApp, DARK, shown, stage } from './zustand-stage.ts';

// What zustand promises of `persist`, step by step, with our storage under it: read at once (web storage), and not (memory).

const storages = [
  ['web storage', () => webStorage(fakeStorageOnce())],
  ['memory', memory],
] as const;

function fakeStorageOnce(): () => Storage {
  const items = fakeStorage();
  return () => items;
}

interface Count {
  n: number;
}

function createCount(store: Store, options: Partial<PersistOptions<Count, Partial<Count>>> = {}) {
  return createZustand<Count>()(persist(() => ({ n: 0 }), zustandPersist<Count, Partial<Count>>(store, 'app', options)));
}

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

test('Defaults: version 0, the whole state, a shallow merge; ours overlay them', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed({ n: 5 });
  const { store } = openTab();
  const app = createZustand(persist(() => ({ n: 0, deep: { a: 1, b: 2 } }), zustandPersist(store, 'app')));
  expect(app.persist.getOptions()).toMatchObject({ name: 'app', version: 0 });
  await world.settle();
  expect(app.getState()).toEqual({ n: 5, deep: { a: 1, b: 2 } });
  await app.setState({ deep: { a: 3 } as never });
  expect(await stored()).toEqual({ state: { n: 5, deep: { a: 3 } }, version: 0 });
  const again = createZustand(persist(() => ({ n: 0, deep: { a: 1, b: 2 } }), zustandPersist(openTab().store, 'app')));
  await world.settle();
  expect(again.getState()).toEqual({ n: 5, deep: { a: 3 } });
});

test('Defaults: an explicit `storage: undefined` disables persistence', async () => {
  const { openTab, world, stored } = stage();
  const app = createZustand(persist(() => ({ n: 0 }), { ...zustandPersist<Count>(openTab().store, 'app'), storage: undefined }));
  app.setState({ n: 1 });
  await world.settle();
  expect(await stored()).toBeUndefined();
});

test('createJSONStorage: is not needed, objects go in and come out, and absent is null', async () => {
  const { openTab } = stage(webStorage(fakeStorageOnce()));
  const { storage } = zustandPersist<Count>(openTab().store, 'app');
  expect(storage?.getItem('app')).toBeNull();
  expect(createJSONStorage(() => fakeStorage())?.getItem('app')).toBeNull();
});

test('No storage: the state works and `store.persist` does not exist', () => {
  const { openTab } = stage();
  const app = createZustand(persist(() => ({ n: 0 }), { ...zustandPersist<Count>(openTab().store, 'app'), storage: undefined }));
  app.setState({ n: 1 });
  expect(app.getState()).toEqual({ n: 1 });
  expect(app.persist).toBeUndefined();
});

test.each(storages)(
  'Writes: every set hands over what partialize gives, with the version, and returns the result (%s)',
  async (_, storage) => {
    const { openTab, world, stored } = stage(storage());
    const { store } = openTab();
    const app = createZustand<Count & { secret: string; up(): unknown }>()(
      persist((set) => ({ n: 0, secret: 'x', up: () => set(({ n }) => ({ n: n + 1 })) }), {
        ...zustandPersist(store, 'app', { version: 7, partialize: ({ n }) => ({ n }) }),
      }),
    );
    await world.settle();
    expect(await app.setState({ n: 1 })).toEqual({ saved: true });
    expect(await stored()).toEqual({ state: { n: 1 }, version: 7 });
    expect(await app.getState().up()).toEqual({ saved: true });
    expect(await stored()).toEqual({ state: { n: 2 }, version: 7 });
  },
);

test('Writes: an array is stored as an object of its indexes, as zustand has it', async () => {
  const { openTab, world, stored } = stage();
  const app = createZustand(persist(() => ['a'], zustandPersist<string[]>(openTab().store, 'app')));
  await world.settle();
  await app.setState(['a', 'b'], true);
  expect(await stored()).toEqual({ state: { 0: 'a', 1: 'b' }, version: 0 });
});

test.each(storages)('Errors of setItem: neither thrown through setState nor rejected; memory has the change (%s)', async (_, storage) => {
  const { openTab, world, errors } = stage(storage());
  const app = createZustand<{ n: unknown }>()(persist(() => ({ n: 0 }) as { n: unknown }, zustandPersist(openTab().store, 'app')));
  await world.settle();
  const saved = app.setState({ n: { deep: () => {} } });
  expect(app.getState().n).toHaveProperty('deep');
  expect(await saved).toMatchObject({ saved: false, error: { code: 'UNSUPPORTED_VALUE' } });
  expect(errors).toEqual(['UNSUPPORTED_VALUE']);
});

test('Initial state: stays what the creator gave, also when create returns hydrated', async () => {
  const { openTab, seed } = stage(webStorage(fakeStorageOnce()));
  await seed({ n: 5 });
  const app = createCount(openTab().store);
  expect(app.getState()).toEqual({ n: 5 });
  expect(app.getInitialState()).toEqual({ n: 0 });
});

test.each(storages)('Hydrate 1: hasHydrated is false, onHydrate and then onRehydrateStorage get the state (%s)', async (_, storage) => {
  const { openTab, world } = stage(storage());
  const calls: unknown[] = [];
  const app = createCount(openTab().store, {
    onRehydrateStorage: (state) => {
      calls.push(['onRehydrateStorage', state]);
    },
  });
  await world.settle();
  app.persist.onHydrate((state) => calls.push(['onHydrate', state, app.persist.hasHydrated()]));
  app.setState({ n: 1 });
  void app.persist.rehydrate();
  await world.settle();
  expect(calls).toEqual([
    ['onRehydrateStorage', { n: 0 }],
    ['onHydrate', { n: 1 }, false],
    ['onRehydrateStorage', { n: 1 }],
  ]);
});

test('Hydrate 2: a storage that reads at once is hydrated before create returns; another one by a native promise', async () => {
  const atOnce = stage(webStorage(fakeStorageOnce()));
  await atOnce.seed({ n: 5 });
  const app = createCount(atOnce.openTab().store);
  expect(app.persist.hasHydrated()).toBe(true);
  expect(app.getState()).toEqual({ n: 5 });
  const later = stage();
  await later.seed({ n: 5 });
  const { storage } = zustandPersist<Count>(later.openTab().store, 'app');
  expect(Object.getPrototypeOf(storage?.getItem('app'))).toBe(Promise.prototype);
});

test.each(storages)(
  'Hydrate 3: migrate gets the state and version of older and of newer data, and may be asynchronous (%s)',
  async (_, storage) => {
    const { openTab, world, seed } = stage(storage());
    const migrate = vi.fn(async (state: unknown) => ({ n: (state as Count).n + 1 }));
    await seed({ n: 1 }, 1);
    const older = createCount(openTab().store, { version: 2, migrate });
    await world.settle();
    expect(migrate).toHaveBeenLastCalledWith({ n: 1 }, 1);
    expect(older.getState()).toEqual({ n: 2 });
    await seed({ n: 1 }, 3);
    const newer = createCount(openTab().store, { version: 2, migrate });
    await world.settle();
    expect(migrate).toHaveBeenLastCalledWith({ n: 1 }, 3);
    expect(newer.getState()).toEqual({ n: 2 });
  },
);

test.each(storages)(
  'Hydrate 3: without migrate another version is logged and ignored; a version that is no number skips migration (%s)',
  async (_, storage) => {
    const { openTab, world, seed } = stage(storage());
    await seed({ n: 1 }, 1);
    const ignoring = createCount(openTab().store, { version: 2 });
    await world.settle();
    expect(console.error).toHaveBeenCalledOnce();
    expect(ignoring.getState()).toEqual({ n: 0 });
    expect(ignoring.persist.hasHydrated()).toBe(true);
    await seed({ n: 1 }, 'one' as never);
    const migrate = vi.fn();
    const taking = createCount(openTab().store, { version: 2, migrate });
    await world.settle();
    expect(migrate).not.toHaveBeenCalled();
    expect(taking.getState()).toEqual({ n: 1 });
  },
);

test.each(storages)(
  'Hydrate 4: merge gets what is stored or undefined; one notification and no write, even with nothing stored (%s)',
  async (_, storage) => {
    const { openTab, world, commits } = stage(storage());
    const merge = vi.fn((_stored: unknown, current: Count) => ({ ...current }));
    const app = createCount(openTab().store, { merge, skipHydration: true });
    const told = vi.fn();
    app.subscribe(told);
    await app.persist.rehydrate();
    await world.settle();
    expect(merge).toHaveBeenCalledExactlyOnceWith(undefined, { n: 0 });
    expect(told).toHaveBeenCalledOnce();
    expect(commits()).toBe(0);
  },
);

test.each(storages)('Hydrate 4: after a migration the result is stored before hydration ends (%s)', async (_, storage) => {
  const { openTab, world, seed, stored } = stage(storage());
  await seed({ n: 1 }, 1);
  const app = createCount(openTab().store, { version: 2, migrate: () => ({ n: 2 }), skipHydration: true });
  const atEnd = new Promise((resolve) => app.persist.onFinishHydration(() => resolve(stored())));
  void app.persist.rehydrate();
  await world.settle();
  expect(await atEnd).toEqual({ state: { n: 2 }, version: 2 });
});

test.each(storages)(
  'Hydrate 5: the callback, then hasHydrated, then onFinishHydration; rehydrating writes nothing (%s)',
  async (_, storage) => {
    const { openTab, world, seed, commits } = stage(storage());
    await seed({ n: 5 });
    const calls: unknown[] = [];
    const app = createCount(openTab().store, {
      skipHydration: true,
      onRehydrateStorage: () => (state, error) => calls.push(['post', state, error, app.persist.hasHydrated()]),
    });
    app.persist.onFinishHydration((state) => calls.push(['finish', state, app.persist.hasHydrated()]));
    await app.persist.rehydrate();
    await app.persist.rehydrate();
    await world.settle();
    const once = [
      ['post', { n: 5 }, undefined, false],
      ['finish', { n: 5 }, true],
    ];
    expect(calls).toEqual([...once, ...once]);
    expect(commits()).toBe(0);
  },
);

test.each(storages)(
  'Hydrate failure: the callback gets the error, hasHydrated stays false, nothing finishes, rehydrate resolves (%s)',
  async (_, storage) => {
    const { openTab, world, seed, stored } = stage(storage());
    await seed({ n: 5 });
    const error = new Error('no');
    const post = vi.fn();
    const finish = vi.fn();
    const app = createCount(openTab().store, {
      skipHydration: true,
      merge: () => {
        throw error;
      },
      onRehydrateStorage: () => post,
    });
    app.persist.onFinishHydration(finish);
    await expect(app.persist.rehydrate()).resolves.toBeUndefined();
    expect(post).toHaveBeenCalledExactlyOnceWith(undefined, error);
    expect(app.persist.hasHydrated()).toBe(false);
    expect(finish).not.toHaveBeenCalled();
    await world.settle();
    expect(await stored()).toEqual({ state: { n: 5 }, version: 0 });
  },
);

test('Hydrate failure: a callback that throws is called twice', async () => {
  const { openTab } = stage(webStorage(fakeStorageOnce()));
  const error = new Error('no');
  const post = vi.fn().mockImplementationOnce(() => {
    throw error;
  });
  const app = createCount(openTab().store, { onRehydrateStorage: () => post });
  expect(post.mock.calls).toEqual([
    [{ n: 0 }, undefined],
    [undefined, error],
  ]);
  expect(app.persist.hasHydrated()).toBe(false);
});

test('Concurrency: the last hydration wins, older ones stop silently', async () => {
  const { openTab, world, seed } = stage();
  await seed({ n: 5 });
  const finish = vi.fn();
  const posts = [vi.fn(), vi.fn()];
  const left = [...posts];
  const app = createCount(openTab().store, { skipHydration: true, onRehydrateStorage: () => left.shift() });
  app.persist.onFinishHydration(finish);
  void app.persist.rehydrate();
  void app.persist.rehydrate();
  await world.settle();
  expect(app.getState()).toEqual({ n: 5 });
  expect(finish).toHaveBeenCalledOnce();
  expect(posts.map((post) => post.mock.calls.length)).toEqual([0, 1]);
});

test('clearStorage(): the live state stays, and a hydration under way is abandoned', async () => {
  const { openTab, world, seed, stored, hold } = stage();
  await seed({ n: 5 });
  const release = hold('get');
  const app = createCount(openTab().store);
  app.setState({ n: 1 });
  app.persist.clearStorage();
  release();
  await world.settle();
  expect(app.getState()).toEqual({ n: 1 });
  expect(app.persist.hasHydrated()).toBe(false);
  expect(await stored()).toBeUndefined();
  await app.setState({ n: 2 });
  expect(await stored()).toEqual({ state: { n: 2 }, version: 0 });
});

test('setOptions: overlays, keeps the storage for a falsy one, and does not hydrate', async () => {
  const { openTab, world, stored } = stage();
  const app = createZustand<Count & { m: number }>()(
    persist(() => ({ n: 0, m: 0 }), zustandPersist<Count & { m: number }, Partial<Count>>(openTab().store, 'app')),
  );
  await world.settle();
  const hydrating = vi.fn();
  app.persist.onHydrate(hydrating);
  app.persist.setOptions({ version: 4, partialize: ({ n }) => ({ n }), storage: undefined });
  expect(hydrating).not.toHaveBeenCalled();
  await app.setState({ n: 1 });
  expect(await stored()).toEqual({ state: { n: 1 }, version: 4 });
});

test('setOptions: another name is another state', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store);
  await world.settle();
  app.persist.setOptions({ name: 'user-2' });
  await app.persist.rehydrate();
  expect(await app.setState({ theme: 'blue' })).toEqual({ saved: true });
  expect(await stored('user-2')).toMatchObject({ state: { theme: 'blue' } });
  expect(await stored()).toEqual({ state: DARK, version: 0 });
  app.persist.setOptions({ name: 'app' });
  await app.persist.rehydrate();
  expect(shown(app)).toEqual(DARK);
});

test('setOptions: another name without a hydration gets the whole state with the next set', async () => {
  const { openTab, world, seed, stored } = stage();
  await seed(DARK);
  const app = createApp(openTab().store);
  await world.settle();
  app.persist.setOptions({ name: 'copy' });
  await app.setState({ theme: 'blue' });
  expect(await stored('copy')).toEqual({ state: { ...DARK, theme: 'blue' }, version: 0 });
});

test('setOptions: a synced store follows the new name and not the old one', async () => {
  const { openTab, world } = stage();
  const [a, b] = [createApp(openTab().store), createApp(openTab().store)];
  syncStore(b);
  await world.settle();
  b.persist.setOptions({ name: 'other' });
  await b.persist.rehydrate();
  await a.setState({ theme: 'blue' });
  await world.settle();
  expect(b.getState().theme).toBe('light');
  a.persist.setOptions({ name: 'other' });
  await a.setState({ theme: 'green' });
  await world.settle();
  expect(b.getState().theme).toBe('green');
});

test('setOptions: a version that is no number is left out of what is stored', async () => {
  const { openTab, world, stored } = stage(webStorage(fakeStorageOnce()));
  const app = createCount(openTab().store);
  app.persist.setOptions({ version: undefined as never });
  expect(await app.setState({ n: 1 })).toEqual({ saved: true });
  expect(await stored()).toEqual({ state: { n: 1 } });
  await app.persist.rehydrate();
  await world.settle();
  expect(app.getState()).toEqual({ n: 1 });
});

test('React useStore: subscribe does not call at once, and the server snapshot is the initial state', async () => {
  const { openTab, world, seed } = stage();
  await seed({ n: 5 });
  const app = createCount(openTab().store);
  const told = vi.fn();
  app.subscribe(told);
  expect(told).not.toHaveBeenCalled();
  await world.settle();
  expect(told).toHaveBeenCalledOnce();
  expect(app.getInitialState()).toEqual({ n: 0 });
});

test('unstable_ssrSafe: on a server every set throws', () => {
  const { openTab } = stage();
  const app = createZustand<Count>()(
    unstable_ssrSafe(
      persist(() => ({ n: 0 }), zustandPersist(openTab().store, 'app')),
      true,
    ),
  );
  expect(() => app.setState({ n: 1 })).toThrow('Cannot set state of Zustand store in SSR');
  expect(app.getState()).toEqual({ n: 0 });
});
