import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { local } from '../../src/drivers/local.ts';
import { webStorage } from '../../src/drivers/web-storage.ts';
import { key } from '../../src/keys/key.ts';
import { createStore } from '../../src/store.ts';
import { type StorageChange, sqliteStorage } from '../../src/web-storage.ts';
import { testDriver } from '../driver-suite.ts';
import { storageRules } from './rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-storage-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllGlobals());
let files = 0;
const place = (): string => join(folder, `${++files}.db`);
const require = createRequire(import.meta.url);

const kinds: Record<string, () => Storage> = {
  'in memory': () => sqliteStorage(':memory:'),
  'in a file': () => sqliteStorage(place()),
  'in an open better-sqlite3': () => sqliteStorage(new (require('better-sqlite3'))(':memory:')),
};
describe.each(Object.entries(kinds))('a storage %s', (_, open) => {
  test.each(storageRules)('$name', ({ run, gives }) => {
    expect(run(open())).toEqual(gives);
  });
});

test('keys are in the order in which they were first set', () => {
  const storage = sqliteStorage(':memory:');
  for (const name of ['b', 'B', 'a', '10', '9']) storage.setItem(name, '1');
  storage.setItem('b', '2');
  storage.removeItem('a');
  storage.setItem('a', '1');
  expect(Object.keys(storage)).toEqual(['b', 'B', '10', '9', 'a']);
  expect(storage.key(4)).toBe('a');
});

test('what is in a file is there for the next object, and what is in memory is not', () => {
  const path = place();
  sqliteStorage(path).setItem('a', '\ud800');
  expect(sqliteStorage(path).getItem('a')).toBe('\ud800');
  sqliteStorage(':memory:').setItem('a', '1');
  expect(sqliteStorage(':memory:').length).toBe(0);
});

describe('the quota', () => {
  const fails = (work: () => void): { name: string; quota: number; requested: number } => {
    try {
      work();
    } catch (error) {
      return error as ReturnType<typeof fails>;
    }
    return expect.unreachable('it fitted');
  };

  test('is kept to the byte, and a write over it changes nothing', () => {
    const storage = sqliteStorage(':memory:', { quotaBytes: 100 });
    storage.setItem('key', 'x'.repeat(47)); // 2 × (3 + 47)
    const error = fails(() => storage.setItem('key', 'x'.repeat(48)));
    expect([error.name, error.quota, error.requested]).toEqual(['QuotaExceededError', 100, 102]);
    expect(fails(() => storage.setItem('', '1')).name).toBe('QuotaExceededError');
    expect([storage.getItem('key')?.length, storage.length]).toEqual([47, 1]);
    storage.setItem('key', 'x'.repeat(46));
    storage.setItem('a', '');
    expect(fails(() => Object.assign(storage, { b: '' })).name).toBe('QuotaExceededError');
    storage.removeItem('key');
    storage.setItem('b', 'x'.repeat(48));
    storage.clear();
    storage.setItem('key', 'x'.repeat(47));
  });

  test('is 10 MiB, if none is given', () => {
    const storage = sqliteStorage(':memory:');
    storage.setItem('', 'x'.repeat(5 * 2 ** 20));
    expect(fails(() => storage.setItem('a', '')).quota).toBe(10 * 2 ** 20);
    expect(() => sqliteStorage(':memory:', { quotaBytes: Number.NaN })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  test('that became smaller lets nothing in but what makes room', () => {
    const path = place();
    sqliteStorage(path).setItem('a', 'x'.repeat(100));
    const storage = sqliteStorage(path, { quotaBytes: 50 });
    storage.setItem('a', 'x'.repeat(90));
    expect(fails(() => storage.setItem('b', '')).name).toBe('QuotaExceededError');
  });

  test('holds for all processes together', { timeout: 60_000 }, async () => {
    const path = place();
    const quotaBytes = 40_000;
    const fill = (name: string): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, 'filler.ts'), path, name, `${quotaBytes}`]);
    const results = await Promise.all(['a', 'b', 'c'].map(fill));
    expect(results.every(({ stdout }) => stdout.startsWith('QuotaExceededError '))).toBe(true);
    const storage = sqliteStorage(path);
    const bytes = Object.entries(storage).reduce((sum, [name, value]) => sum + 2 * (name.length + value.length), 0);
    expect(storage.length).toBe(results.reduce((sum, { stdout }) => sum + Number(stdout.split(' ')[1]), 0));
    expect(bytes).toBeLessThanOrEqual(quotaBytes);
    expect(bytes).toBeGreaterThan(quotaBytes - 2 * 110);
  });
});

describe('changes', () => {
  test('are told to every other object, in order, and never to the writer or where nothing changes', async () => {
    const path = place();
    const heard: StorageChange[] = [];
    const own: StorageChange[] = [];
    sqliteStorage(path, { onChange: (change) => heard.push(change), pollMs: 5 });
    const writer = sqliteStorage(path, { onChange: (change) => own.push(change), pollMs: 5 });
    writer.clear();
    writer.removeItem('a');
    writer.setItem('a', '1');
    writer.setItem('a', '1');
    writer.setItem('a', '\udc00');
    writer.removeItem('a');
    writer.setItem('b', '1');
    writer.clear();
    await expect.poll(() => heard.length).toBe(5);
    expect(heard).toEqual([
      { key: 'a', oldValue: null, newValue: '1' },
      { key: 'a', oldValue: '1', newValue: '\udc00' },
      { key: 'a', oldValue: '\udc00', newValue: null },
      { key: 'b', oldValue: null, newValue: '1' },
      { key: null, oldValue: null, newValue: null },
    ]);
    expect(own).toEqual([]);
  });

  test('that are too many to tell are told as one of everything', { timeout: 30_000 }, async () => {
    const path = place();
    const heard: StorageChange[] = [];
    sqliteStorage(path, { onChange: (change) => heard.push(change), pollMs: 5 });
    const writer = sqliteStorage(path);
    for (let turn = 0; turn < 2_500; turn++) writer.setItem('a', `${turn}`);
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(heard[0]).toEqual({ key: null, oldValue: null, newValue: null });
  });

  test('of another process arrive as storage events', { timeout: 30_000 }, async () => {
    const page = new EventTarget();
    vi.stubGlobal('dispatchEvent', page.dispatchEvent.bind(page));
    const path = place();
    const storage = sqliteStorage(path);
    const heard: StorageEvent[] = [];
    page.addEventListener('storage', (event) => heard.push(event as StorageEvent));
    await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'filler.ts'), path, 'a', '300']);
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(1);
    const [event] = heard;
    expect([event?.key, event?.oldValue, event?.newValue?.length, event?.storageArea === storage]).toEqual(['a-1', null, 100, true]);
  });

  test('end with the signal, and then every use throws', () => {
    const controller = new AbortController();
    const storage = sqliteStorage(':memory:', { signal: controller.signal });
    controller.abort();
    expect(() => storage.getItem('a')).toThrow();
  });
});

test('a file of a newer version is refused, and one that is no database', () => {
  const path = place();
  sqliteStorage(path);
  new DatabaseSync(path).exec('PRAGMA user_version = 2');
  expect(() => sqliteStorage(path)).toThrow(expect.objectContaining({ code: 'NEWER_DATA' }));
  expect(() => sqliteStorage(folder)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
});

test('local() runs on it unchanged', async () => {
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  vi.stubGlobal('localStorage', sqliteStorage(':memory:'));
  const keys = { seen: key(new Date(0), { storage: local() }) };
  await createStore({ name: 'app', storage: local(), keys }).keys.seen.set(new Date(5));
  expect(createStore({ name: 'app', storage: local(), keys }).keys.seen.get()).toEqual(new Date(5));
});

// Two objects on one file, as two tabs: with the events between them.
const page = new EventTarget();
Object.assign(globalThis, { addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page) });
await testDriver('web storage on it', () => {
  const path = place();
  const [storage, other] = [1, 2].map((): Storage => {
    const area: Storage = sqliteStorage(path, {
      onChange: (change) => page.dispatchEvent(Object.assign(new Event('storage'), change, { storageArea: area })),
      pollMs: 5,
    });
    return area;
  }) as [Storage, Storage];
  return { driver: webStorage(() => storage), other: webStorage(() => other) };
});
