import { afterEach, describe, expect, test } from 'vitest';
import type { Driver } from '../driver.ts';
import { driverLaws, kvLaws } from '../testing/index.ts';
import { indexedDb } from './indexed-db.ts';
import { local, session } from './local.ts';
import { memory } from './memory.ts';
import { webStorage } from './web-storage.ts';

let databases = 0;

/** The storage of another document of this origin: its writes raise `storage` events here. */
function otherDocument(): Window & typeof globalThis {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  return frame.contentWindow as Window & typeof globalThis;
}

const drivers: Record<string, () => [driver: Driver<unknown>, other?: Driver<unknown>]> = {
  memory: () => [memory()],
  localStorage: () => {
    const { localStorage: theirs } = otherDocument();
    return [local() as Driver<unknown>, webStorage(() => theirs) as Driver<unknown>];
  },
  sessionStorage: () => {
    const { sessionStorage: theirs } = otherDocument();
    return [session() as Driver<unknown>, webStorage(() => theirs) as Driver<unknown>];
  },
  IndexedDB: () => {
    const name = `laws-${++databases}-${Math.random()}`;
    const theirs = otherDocument().indexedDB;
    return [indexedDb({ name }), indexedDb({ name, factory: () => theirs })];
  },
  'IndexedDB, strict': () => [indexedDb({ name: `strict-${++databases}-${Math.random()}`, durability: 'strict' })],
};

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
});

describe.each(Object.entries(drivers))('%s', (_, open) => {
  const [sample] = open();
  for (const law of [...driverLaws, ...kvLaws]) {
    if (law.appliesTo(sample))
      test(law.name, async () => {
        const [driver, other] = open();
        await law.run({ driver, other });
      });
  }
});

test('stores of one page share one connection to a database', async () => {
  const name = `shared-${Math.random()}`;
  const [a, b] = [indexedDb({ name }), indexedDb({ name })];
  await a.set('key', 1);
  expect(b.isOpen?.()).toBe(false);
  await b.get('key');
  await a.close?.();
  expect((await b.get('key'))?.value).toBe(1);
  await b.close?.();
  // No connection is left: nothing blocks a deletion.
  await new Promise<void>((done, blocked) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => done();
    request.onblocked = blocked;
  });
});

test('check 18: a connection steps aside for a deletion and opens again', async () => {
  const name = `deleted-${Math.random()}`;
  const driver = indexedDb({ name });
  await driver.set('key', 1);
  await new Promise<void>((done) => {
    indexedDB.deleteDatabase(name).onsuccess = () => done();
  });
  expect(await driver.get('key')).toBeUndefined();
  await driver.set('key', 2);
  expect((await driver.get('key'))?.value).toBe(2);
});
