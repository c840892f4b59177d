import { createStore as createKeyval, del, get, set } from 'idb-keyval';
import { createJSONStorage, type PersistStorage, persist } from 'zustand/middleware';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

type State = Record<string, unknown>;
type Numbers = Record<'key0' | 'key1' | 'key2' | 'key3', number>;

const selectors: Four<(state: Numbers) => number> = [({ key0 }) => key0, ({ key1 }) => key1, ({ key2 }) => key2, ({ key3 }) => key3];

/** One store with a field for each key, as its users have it; other tabs by the recipe of its documentation. */
async function open(name: string, count: number, storage: PersistStorage<State> | undefined): Promise<KeySubject> {
  const fields = Array.from({ length: count }, (_, key) => `key${key}`);
  const store = createStore<State>()(
    persist((): State => Object.fromEntries(fields.map((field) => [field, 0])), storage ? { name, storage } : { name }),
  );
  if (!store.persist.hasHydrated()) await new Promise<unknown>((resolve) => store.persist.onFinishHydration(resolve));
  const onStorage = (event: StorageEvent): void => {
    if (event.key === name) void store.persist.rehydrate();
  };
  window.addEventListener('storage', onStorage);

  let last = 0;
  let writing: unknown[] = [];
  return {
    ...(storage ? {} : { followsTabs: true }),
    get: (key) => store.getState()[fields[key] as string],
    reads(times) {
      let sum = 0;
      const { getState } = store as unknown as StoreApi<Numbers>;
      for (let i = 0; i < times; i++) sum += selectors[(i & 3) as Slot](getState());
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) store.setState({ key0: ++last });
    },
    set(key, value) {
      // Typed as nothing, but `persist` returns what the storage's `setItem` returns.
      const written = store.setState({ [fields[key] as string]: value }) as unknown;
      if (storage) writing.push(written);
      return written;
    },
    durable() {
      const all = writing;
      writing = [];
      return Promise.all(all);
    },
    subscribe: (listener) => store.subscribe(listener),
    close: () => window.removeEventListener('storage', onStorage),
  };
}

export function onLocalStorage(name: string, count: number): Promise<KeySubject> {
  return open(name, count, undefined);
}

export function onIdbKeyval(name: string, count: number): Promise<KeySubject> {
  const keyval = createKeyval(name, 'values');
  const storage = createJSONStorage<State>(() => ({
    getItem: async (key) => (await get<string>(key, keyval)) ?? null,
    setItem: (key, value) => set(key, value, keyval),
    removeItem: (key) => del(key, keyval),
  }));
  return open(name, count, storage);
}
