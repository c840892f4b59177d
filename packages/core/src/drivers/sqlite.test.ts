import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { key } from '../keys/key.ts';
import { kv } from '../kv/kv.ts';
import { createStore } from '../store.ts';
import { type SqliteDatabase, sqlite } from './sqlite.ts';

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

const engines: Record<string, (path: string) => SqliteDatabase> = {
  'node:sqlite': (path) => new DatabaseSync(path),
  'better-sqlite3': (path) => new (require('better-sqlite3'))(path),
  libsql: (path) => new (require('libsql'))(path),
};

let files = 0;

for (const [name, open] of Object.entries(engines))
  await testDriver(name, () => {
    const path = join(folder, `${++files}.db`);
    const databases = [open(path), open(path)] as const;
    return {
      driver: sqlite(databases[0]),
      other: sqlite(databases[1]),
      end: () => databases.map((database) => (database as unknown as { close(): void }).close()),
    };
  });

test('two drivers on one connection hear each other too', async () => {
  const database = new DatabaseSync(':memory:');
  const heard: unknown[] = [];
  const stop = await kv(sqlite(database)).watch('key', (value) => heard.push(value));
  await kv(sqlite(database)).set('key', 1);
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([1]);
  stop();
});

test('a table of another name is another place', async () => {
  const database = new DatabaseSync(':memory:');
  await sqlite(database, { table: 'a' }).set('key', '1');
  expect(await sqlite(database, { table: 'a_' }).get('key')).toBeUndefined();
  expect(() => sqlite(database, { table: 'a; DROP TABLE b' })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('a disk that is full rejects with QUOTA, and nothing is changed', async () => {
  const database = new DatabaseSync(':memory:');
  const driver = sqlite(database);
  await driver.set('key', 'before');
  const pages = (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
  database.exec(`PRAGMA max_page_count = ${pages + 2}`);
  await expect(driver.set('key', 'x'.repeat(100_000))).rejects.toMatchObject({ code: 'QUOTA' });
  expect((await driver.get('key'))?.value).toBe('before');
  database.close();
  await expect(driver.get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('entries written in one process are read without waiting by a store in the next', async () => {
  const path = join(folder, 'sync.db');
  const keys = { theme: key('light') };
  const store = createStore({ name: 'app', storage: sqlite(new DatabaseSync(path)), keys });
  await store.keys.theme.set('dark');
  expect(createStore({ name: 'app', storage: sqlite(new DatabaseSync(path)), keys }).keys.theme.get()).toBe('dark');
});
