import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, test } from 'vitest';
import type { Driver } from '../driver.ts';
import { driverLaws, kvLaws } from '../testing/index.ts';
import { indexedDb } from './indexed-db.ts';
import { memory } from './memory.ts';
import { webStorage } from './web-storage.ts';

/** A `Storage` by the book for a place that has none. */
function fakeStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, String(value)),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

const drivers: Record<string, () => [driver: Driver<unknown>, other?: Driver<unknown>]> = {
  memory: () => [memory()],
  'web storage': () => {
    const storage = fakeStorage();
    return [webStorage(() => storage) as Driver<unknown>];
  },
  'indexed db': () => {
    const page = new IDBFactory();
    const factory = () => page;
    return [indexedDb({ name: 'laws', factory }), indexedDb({ name: 'laws', factory })];
  },
};

describe.each(Object.entries(drivers))('%s', (_, open) => {
  for (const law of [...driverLaws, ...kvLaws]) {
    const [driver, other] = open();
    if (law.appliesTo(driver)) test(law.name, () => law.run({ driver, other }));
  }
});
