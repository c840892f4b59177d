import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rich } from '../src/codecs/rich.ts';
import type { StorageDriver } from '../src/driver.ts';
import { memory } from '../src/drivers/memory.ts';
import { webStorage } from '../src/drivers/web-storage.ts';
import type { SaveResult, StoreErrorCode } from '../src/errors.ts';
import { encodePath } from '../src/key-path.ts';
import { key } from '../src/keys/key.ts';
import type { Persisted } from '../src/keys/persisted.ts';
import { createStore } from '../src/store.ts';
import type { Store } from '../src/store-interface.ts';
import { createWorld, type FaultDriver, faultDriver, type TestWorld } from '../src/testing/index.ts';
import { fakeStorage } from './fake-storage.ts';

// The way SQLite is tested: the first call of the storage fails, then the second, and so on until one run meets no failure.

const keys = (seed: StorageDriver) => ({
  n: key(0),
  m: key(0),
  user: key({ first: '' }, { version: 2, migrate: { 2: (name: string) => ({ first: name }) } }),
  token: key('', { expires: '1h' }),
  seeded: key('', { seed }),
});
type Tab = Store<ReturnType<typeof keys>>;

interface Scene {
  readonly world: TestWorld;
  open(): Tab;
  /** Changes a value: to this one in the end. */
  write<T>(persisted: Persisted<T>, value: T, change: (persisted: Persisted<T>) => Promise<SaveResult>): Promise<SaveResult>;
  /** It becomes this value by itself. */
  becomes<T>(persisted: Persisted<T>, value: T): void;
  /** Names of what is stored, whatever fails. */
  names(): Promise<string[]>;
  /** Must settle, whatever happens. */
  ends(promise: Promise<unknown>): void;
}

interface Scenario {
  /** What lies in storage before: raw values by key. */
  readonly stored?: Readonly<Record<string, unknown>>;
  run(scene: Scene): Promise<void>;
}

const scenarios: Record<string, Scenario> = {
  hydrate: {
    stored: { n: 5 },
    async run({ open, ends }) {
      const { n } = open().keys;
      ends(n.ready);
    },
  },
  set: {
    async run({ open, write, world }) {
      const { n, m } = open().keys;
      void write(n, 1, (it) => it.set(1));
      void write(m, 1, (it) => it.set(1));
      await world.settle();
      void write(n, 2, (it) => it.set((before) => before + 1));
      void write(n, 3, (it) => it.set((before) => before + 1));
      await world.advance(5);
      void write(m, 2, (it) => it.set(2));
    },
  },
  update: {
    stored: { n: 5 },
    async run({ open, write, world }) {
      const { n } = open().keys;
      void write(n, 6, (it) => it.update((before) => before + 1));
      void write(n, 7, (it) => it.update((before) => before + 1));
      await world.advance(10_000);
      void write(n, 8, (it) => it.update((before) => before + 1));
    },
  },
  migrate: {
    stored: { user: 'Ada' },
    async run({ open, write, world }) {
      const { user } = open().keys;
      user.get();
      await world.advance(10_000);
      void write(user, { first: 'Bob' }, (it) => it.set({ first: 'Bob' }));
    },
  },
  reopen: {
    async run({ open, write, world }) {
      const first = open();
      const saved = write(first.keys.n, 1, (it) => it.set(1));
      await world.advance(10_000);
      void saved;
      const second = open();
      second.keys.n.get();
      await world.advance(10_000);
      void write(second.keys.n, 2, (it) => it.set(2));
      await world.advance(10_000);
    },
  },
  reset: {
    stored: { n: 5 },
    async run({ open, write, world }) {
      const { n } = open().keys;
      void write(n, 0, (it) => it.reset());
      await world.advance(10_000);
      void write(n, 1, (it) => it.set(1));
      await world.advance(10_000);
      void write(n, 0, (it) => it.reset());
    },
  },
  destroy: {
    stored: { n: 5 },
    async run({ open, write, becomes, names, ends, world }) {
      const store = open();
      void write(store.keys.m, 1, (it) => it.set(1));
      becomes(store.keys.m, 0);
      const destroyed = store.destroy();
      ends(destroyed);
      await world.advance(10_000);
      // Nothing is half done where it says done.
      if (await destroyed.then(() => true).catch(() => false)) expect(await names()).toEqual([]);
      void write(store.keys.m, 2, (it) => it.set(2));
    },
  },
  expiry: {
    async run({ open, write, becomes, world }) {
      const { token } = open().keys;
      const saved = write(token, 'secret', (it) => it.set('secret'));
      await world.advance(60_000);
      void saved;
      await world.advance(3_600_000);
      expect(token.get()).toBe('');
      becomes(token, '');
      void write(token, 'new', (it) => it.set('new'));
    },
  },
  seed: {
    async run({ open, write, world }) {
      const { seeded } = open().keys;
      seeded.get();
      await world.advance(10_000);
      void write(seeded, 'begun and more', (it) => it.update((before) => `${before} and more`));
    },
  },
  close: {
    async run({ open, write, ends, world }) {
      const store = open();
      void write(store.keys.n, 1, (it) => it.set(1));
      ends(store.flush());
      ends(store.close());
      await world.advance(100);
      const { n } = open().keys;
      await world.advance(10_000);
      void write(n, 2, (it) => it.set(2));
    },
  },
};

const storages: Record<string, () => StorageDriver> = {
  memory,
  'web storage': () => webStorage(fakeStorage, { codec: rich }) as StorageDriver,
};

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Runs a scenario with one fault. Returns false when the fault never came about. */
async function meet(
  { stored = {}, run }: Scenario,
  driver: StorageDriver,
  prepare: (faults: FaultDriver) => void,
  isForGood: boolean,
  call: number,
): Promise<boolean> {
  const seed = webStorage(fakeStorage, { codec: rich }) as StorageDriver;
  await seed.set(encodePath(['test', 'seeded']), '"begun"');
  for (const [name, value] of Object.entries(stored))
    await driver.set(encodePath(['test', name]), driver.holds === 'text' ? JSON.stringify(value) : value);
  const faults = faultDriver(driver);
  const world = createWorld();
  const tabs: Tab[] = [];
  const show: (() => void)[] = [];
  const open: Scene['open'] = () => {
    const tab = world.openTab();
    const store = createStore({ name: 'test', storage: faults.driver, keys: keys(seed), ports: tab.ports, onError: () => {} }) as Tab;
    tabs.push(store);
    show.push(tab.show);
    return store;
  };
  const writes = new Map<string, { value: unknown; isAcknowledged: boolean }[]>();
  let hanging = 0;
  const ends: Scene['ends'] = (promise) => {
    hanging++;
    const end = (): void => void hanging--;
    promise.then(end, end);
  };
  const add = (persisted: { name: string }, value: unknown): { isAcknowledged: boolean } => {
    const entry = { value, isAcknowledged: false };
    writes.set(persisted.name, [...(writes.get(persisted.name) ?? []), entry]);
    return entry;
  };
  const names: Scene['names'] = async () => {
    const found: string[] = [];
    for await (const batch of driver.list({ prefix: '' })) found.push(...batch.map(({ key }) => key));
    return found;
  };
  const write: Scene['write'] = (persisted, value, change) => {
    const entry = add(persisted, value);
    const result = change(persisted);
    ends(result);
    return result.then((saved) => {
      entry.isAcknowledged = saved.saved;
      return saved;
    });
  };

  prepare(faults);
  await run({ world, open, write, becomes: add, names, ends });
  await world.advance(10_000);
  faults.heal();
  for (const tell of show) tell();
  await world.advance(120_000);

  expect(hanging, 'promises that hang').toBe(0);
  const fresh = open();
  await fresh.keys.n.ready;
  await world.settle();
  for (const [name, list] of writes) {
    const persisted = fresh.keys[name as 'n'] as Persisted<unknown>;
    await persisted.ready;
    const last = list.findLastIndex(({ isAcknowledged }) => isAcknowledged);
    const possible = isForGood ? list.slice(Math.max(0, last)).map(({ value }) => value) : [list.at(-1)?.value];
    if (last >= 0 || !isForGood) expect(possible, `${name}: what is stored, call ${call}`).toContainEqual(persisted.get());
    if (isForGood) continue;
    for (const tab of tabs) {
      const shown = tab.keys[name as 'n'] as Persisted<unknown>;
      if (await isClosed(shown)) continue;
      expect(shown.get(), `${name}: what is shown`).toEqual(persisted.get());
      expect(shown.status.get(), name).toMatchObject({ state: 'ready', pending: false, persistent: true });
    }
  }
  const wasMet = faults.calls() >= call;
  for (const tab of tabs) await tab.close();
  return wasMet;
}

async function isClosed(persisted: Persisted<unknown>): Promise<boolean> {
  const result = await persisted.set((same: unknown) => same);
  return !result.saved && result.error.code === 'CLOSED';
}

const MOST_CALLS = 60;

describe.each(Object.entries(storages))('%s', (_, storage) => {
  describe.each(Object.entries(scenarios))('%s', (__, scenario) => {
    test.each<[StoreErrorCode, takesEffect: boolean]>([
      ['UNAVAILABLE', false],
      ['UNAVAILABLE', true],
      ['TIMEOUT', true],
      ['QUOTA', false],
      ['DENIED', false],
    ])('fail the Nth call with %s (takes effect: %s): nothing acknowledged is lost, no promise hangs', async (code, takesEffect) => {
      let call = 1;
      while (await meet(scenario, storage(), (faults) => faults.failCall(call, code, { takesEffect }), code === 'DENIED', call))
        expect(++call).toBeLessThan(MOST_CALLS);
      expect(call).toBeGreaterThan(1);
    });
  });
});
