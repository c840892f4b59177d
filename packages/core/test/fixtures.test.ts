import 'fake-indexeddb/auto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { indexedDb } from '../src/drivers/indexed-db.ts';
import { collection } from '../src/index.ts';
import { key } from '../src/keys/key.ts';
import { createStore } from '../src/store.ts';

// Databases as they were written by a released format, byte for byte. `WRITE=2 pnpm exec vitest …` writes one of today's format: a new
// number each time that anything on disk changes, and never an old one again. From 2 on they hold segments too.
const FOLDER = join(import.meta.dirname, 'fixtures');
const STORES = ['kv', 'log', 'segments', 'blobs', 'meta'];

type Dump = Record<string, { keys: IDBValidKey[]; values: unknown[] }>;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const store of STORES) request.result.createObjectStore(store, store === 'log' ? { autoIncrement: true } : {});
  };
  return done(request);
}

async function dump(name: string): Promise<Dump> {
  const database = await open(name);
  const found: Dump = {};
  for (const name of STORES) {
    const store = database.transaction(name).objectStore(name);
    found[name] = { keys: await done(store.getAllKeys()), values: await done(store.getAll()) };
  }
  database.close();
  return found;
}

async function restore(name: string, from: Dump): Promise<void> {
  await done(indexedDB.deleteDatabase(name));
  const database = await open(name);
  for (const [name, { keys, values }] of Object.entries(from))
    for (const [index, at] of keys.entries()) await done(database.transaction(name, 'readwrite').objectStore(name).put(values[index], at));
  database.close();
}

interface Paper {
  title: string;
  text: string;
  bytes?: Uint8Array;
  tags: string[];
}

const TEXT = 'x'.repeat(90_000);

const openStore = () =>
  createStore({
    name: 'app',
    storage: indexedDb(),
    keys: {
      text: key(''),
      dates: key<{ at: Date; tags: Map<string, number> } | null>(null),
      marked: key<unknown>(null),
      versioned: key({ n: 0 }, { version: 3, migrate: { 2: (old) => old, 3: (old) => old } }),
      lasting: key('', { expires: '36500d' }),
      'odd !"%/ name': key(0),
    },
    collections: {
      notes: collection<{ title: string; at: Date }>(),
      papers: collection<Paper>({ version: 2, migrate: { 2: (old) => old } }),
    },
  });

const VALUES = {
  text: 'text',
  dates: { at: new Date(5), tags: new Map([['a', 1]]) },
  marked: { $holdfast: 'not an envelope' },
  versioned: { n: 7 },
  lasting: 'for long',
  'odd !"%/ name': 9,
};

test.runIf(process.env.WRITE)('writes a database of the current format', { timeout: 30_000 }, async () => {
  const store = openStore();
  for (const [name, value] of Object.entries(VALUES)) expect(await store.keys[name as 'text'].set(value as never)).toEqual({ saved: true });
  await store.collections.notes.insertMany([
    { title: 'one', at: new Date(1) },
    { title: 'two', at: new Date(2) },
  ]);
  const { papers } = store.collections;
  await papers.insertMany(['a', 'b', 'c', 'd'].map((title) => ({ _id: title, title, text: TEXT, tags: ['old'] })));
  // Until the log has become segments; what comes then lies in the log.
  await vi.waitUntil(async () => (await dump('app')).kv?.keys.some((name) => String(name).includes('segments')), { timeout: 10_000 });
  await papers.update('b', { $push: { tags: 'new' } });
  await papers.delete('c');
  await papers.insert({ _id: 'e', title: 'e', text: '', bytes: new Uint8Array([1, 2]), tags: [] });
  await store.close();
  const file = join(FOLDER, `indexed-db-${process.env.WRITE}.bin.gz`);
  if (existsSync(file)) throw new Error(`${file} is a format that was released: give the new one another number`);
  writeFileSync(file, gzipSync(serialize(await dump('app'))));
});

test.skipIf(process.env.WRITE).each(readdirSync(FOLDER))('the database %s of a released format is read whole', async (file) => {
  const bytes = readFileSync(join(FOLDER, file));
  await restore('app', deserialize(file.endsWith('.gz') ? gunzipSync(bytes) : bytes));
  const store = openStore();
  for (const [name, value] of Object.entries(VALUES)) {
    const persisted = store.keys[name as 'text'];
    await persisted.ready;
    expect(persisted.get(), name).toEqual(value);
    expect(persisted.status.get(), name).toMatchObject({ state: 'ready', persistent: true });
  }
  const notes = await store.collections.notes.find({ sort: { title: 1 } });
  expect(notes.map(({ title, at }) => [title, +at])).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
  if (!file.startsWith('indexed-db-1.')) {
    const papers = await store.collections.papers.find({ sort: { _id: 1 } });
    expect(papers.map(({ _id, text, tags, bytes }) => [_id, text.length, tags.join(), bytes?.length])).toEqual([
      ['a', 90_000, 'old', undefined],
      ['b', 90_000, 'old,new', undefined],
      ['d', 90_000, 'old', undefined],
      ['e', 0, '', 2],
    ]);
    expect(await store.collections.papers.update('a', { title: 'changed' })).toBe(true);
  }
  expect(await store.keys.text.set('new')).toEqual({ saved: true });
  await store.close();
});
