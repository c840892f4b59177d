import { createStore, indexedDb, key, keyFamily, type Persisted, type StorageDriver, type Store } from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

interface Opened {
  readonly store: Pick<Store, 'flush' | 'close'>;
  readonly keys: readonly Persisted<unknown>[];
}

function openStore(name: string, count: number, storage: StorageDriver): Opened {
  const store = createStore({ name, storage, keys: { item: keyFamily(() => key<unknown>(0)) } });
  return { store, keys: Array.from({ length: count }, (_, index) => store.keys.item(`${index}`)) };
}

export function localStore(name: string, count: number): Opened {
  return openStore(
    name,
    count,
    webStorage(() => localStorage, { codec: json }),
  );
}

async function measured({ store, keys }: Opened): Promise<KeySubject> {
  await Promise.all(keys.map(({ ready }) => ready));
  const four = keys as unknown as Four<Persisted<number>>;
  let last = 0;
  return {
    followsTabs: true,
    get: (index) => keys[index]?.get(),
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += four[(i & 3) as Slot].get();
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) void four[0].set(++last);
    },
    set: (index, value) => keys[index]?.set(value),
    durable: () => store.flush(),
    subscribe(listener) {
      const stops = keys.map((each) => each.subscribe(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    close: () => store.close(),
  };
}

export function onIndexedDb(name: string, count: number): Promise<KeySubject> {
  return measured(openStore(name, count, indexedDb()));
}

export function onLocalStorage(name: string, count: number): Promise<KeySubject> {
  return measured(localStore(name, count));
}
