import { afterEach, describe, expect, test } from 'vitest';
import { deleteDatabase } from '../../test/delete-database.ts';
import type { Driver, StorageDriver } from '../driver.ts';
import { driverLaws, kvLaws } from '../testing/index.ts';
import { type IndexedDbOptions, indexedDb } from './indexed-db.ts';
import { local, session } from './local.ts';
import { memory } from './memory.ts';
import { webStorage } from './web-storage.ts';

let databases = 0;
let opened: { driver: Driver<unknown>; name: string }[] = [];

function open(name: string, options: IndexedDbOptions = {}): StorageDriver {
  const driver = indexedDb({ name, ...options });
  opened.push({ driver, name });
  return driver;
}

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
    return [open(name), open(name, { factory: () => theirs })];
  },
  'IndexedDB, strict': () => [open(`strict-${++databases}-${Math.random()}`, { durability: 'strict' })],
};

afterEach(async () => {
  const ended = opened;
  opened = [];
  for (const { driver } of ended) await driver.close?.();
  for (const name of new Set(ended.map(({ name }) => name))) await deleteDatabase(name);
  localStorage.clear();
  sessionStorage.clear();
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
});

describe.each(Object.entries(drivers))('%s', (_, openPair) => {
  const [sample] = openPair();
  for (const law of [...driverLaws, ...kvLaws]) {
    if (law.appliesTo(sample))
      test(law.name, async () => {
        const [driver, other] = openPair();
        await law.run({ driver, other });
      });
  }
});

test('stores of one page share one connection to a database', async () => {
  const name = `shared-${Math.random()}`;
  const [a, b] = [open(name), open(name)];
  await a.set('key', 1);
  expect(b.isOpen?.()).toBe(false);
  await b.get('key');
  await a.close?.();
  expect((await b.get('key'))?.value).toBe(1);
  await b.close?.();
  // No connection is left: nothing blocks a deletion.
  await deleteDatabase(name);
});

test('check 18: a connection steps aside for a deletion and opens again', async () => {
  const name = `deleted-${Math.random()}`;
  const driver = open(name);
  await driver.set('key', 1);
  await deleteDatabase(name);
  expect(await driver.get('key')).toBeUndefined();
  await driver.set('key', 2);
  expect((await driver.get('key'))?.value).toBe(2);
});
