import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, test } from 'vitest';
import { fakeStorage } from '../../test/fake-storage.ts';
import type { Driver } from '../driver.ts';
import { driverLaws, kvLaws } from '../testing/index.ts';
import { indexedDb } from './indexed-db.ts';
import { memory } from './memory.ts';
import { webStorage } from './web-storage.ts';

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
