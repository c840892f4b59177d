import { expect, test } from 'vitest';
import { collection } from '../collections/declare.ts';
import { memory } from '../drivers/memory.ts';
import { encodePath } from '../key-path.ts';
import { key, keyFamily } from '../keys/key.ts';
import { createTestStore } from '../testing/index.ts';

interface Note {
  title: string;
  at?: Date;
  photo?: Blob;
}

const keys = { theme: key('light'), avatar: key<Blob | null>(null), since: key(new Date(0)) };
const collections = { notes: collection<Note>() };

async function filled() {
  const { store } = createTestStore({ keys, collections });
  await store.keys.theme.set('dark');
  await store.keys.avatar.set(new Blob(['face'], { type: 'image/png' }));
  await store.keys.since.set(new Date(7));
  await store.collections.notes.insertMany(Array.from({ length: 2_500 }, (_, n) => ({ title: `note ${n}` })));
  await store.collections.notes.insert({ title: 'cat', at: new Date(9), photo: new Blob(['cat']) });
  return store;
}

const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();

test('what is exported is imported: keys, documents, dates and Blobs, with progress', async () => {
  const from = await filled();
  const told: unknown[] = [];
  const { store, openTab } = createTestStore({ keys, collections, name: 'other' });
  await store.collections.notes.insert({ _id: 'mine', title: 'stays' });
  const count = await store.import(from.export(), { onProgress: (progress) => told.push(progress) });
  expect(count).toEqual({ keys: 3, documents: 2_501, blobs: 1 });
  expect(told.length).toBeGreaterThan(2);
  for (const each of [store, openTab()]) {
    expect((await each.keys.theme.ready).get()).toBe('dark');
    expect(await (await each.keys.avatar.ready).get()!.text()).toBe('face');
    expect((await each.keys.since.ready).get()).toEqual(new Date(7));
    expect(await each.collections.notes.count()).toBe(2_502);
    const cat = (await each.collections.notes.findOne({ where: { title: 'cat' } }))!;
    expect(cat.at).toEqual(new Date(9));
    expect(await cat.photo!.text()).toBe('cat');
    expect(cat._created).toBe((await from.collections.notes.findOne(cat._id))!._created);
  }
  // Twice is the same as once.
  await store.import(from.export());
  expect(await store.collections.notes.count()).toBe(2_502);
});

test('a key is exported whatever its name is, and what is put aside is not', async () => {
  const { store, storage } = createTestStore({ keys: { '(draft)': key('') } });
  await store.keys['(draft)'].set('kept');
  await storage.driver.set(encodePath(['test', '(unreadable)', 'old', '1']), 'junk');
  const text = await new Response(store.export()).text();
  expect(text).toContain('kept');
  expect(text).not.toContain('junk');
});

test('an export that is cut off, or is none, is said to be so', async () => {
  const text = await new Response((await filled()).export()).text();
  const { store } = createTestStore({ keys, collections });
  await expect(store.import(streamOf(text.slice(0, -20)))).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(store.import(streamOf(text.split('\n').toSpliced(5, 1).join('\n')))).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(store.import(streamOf('{"a":1}\n'))).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(store.import(streamOf('nothing'))).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(store.import(streamOf(text.replaceAll('"notes"', '"unknown"')))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(store.import(streamOf(text.replace('"format":1', '"format":2')))).rejects.toMatchObject({ code: 'NEWER_DATA' });
});

test('export and import end when they are cancelled', async () => {
  const from = await filled();
  const { store } = createTestStore({ keys, collections });
  const importing = new AbortController();
  const done = store.import(from.export(), { signal: importing.signal, onProgress: () => importing.abort(new Error('enough')) });
  await expect(done).rejects.toThrow('enough');
  const exporting = new AbortController();
  const reader = from.export({ signal: exporting.signal }).getReader();
  await reader.read();
  exporting.abort(new Error('enough'));
  await expect(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  ).rejects.toThrow('enough');
});

test('each key is imported into the storage that it is declared in, one of a family too, whether it has been used or not', async () => {
  const open = () => {
    const storages = { own: memory(), members: memory() };
    const members = keyFamily((id: string) => key(id, { storage: storages.members }));
    const { store, storage } = createTestStore({ keys: { plain: key(0), own: key(0, { storage: storages.own }), panel: members } });
    return { store, ...storages, storage: storage.driver };
  };
  const from = open();
  await Promise.all([from.store.keys.plain.set(1), from.store.keys.own.set(2), from.store.keys.panel('a').set('open')]);
  const to = open();
  await to.store.import(from.store.export());
  const path = (...parts: string[]) => encodePath(['test', ...parts]);
  expect((await to.storage.get(path('plain')))?.value).toBe(1);
  expect((await to.own.get(path('own')))?.value).toBe(2);
  expect((await to.members.get(path('panel', 'a')))?.value).toBe('open');
  expect(await to.storage.get(path('own'))).toBeUndefined();
  expect(to.store.keys.own.get()).toBe(0);
  expect((await to.store.keys.own.ready).get()).toBe(2);
});

test('law 4: a key that cannot be read is left out of an export, and told of; the rest is there', async () => {
  const heard: string[] = [];
  const { store, storage } = createTestStore({ keys: { a: key(''), b: key('') } });
  store.onError(({ code }, name) => heard.push(`${name} ${code}`));
  await store.keys.b.set('kept');
  await storage.driver.set(encodePath(['test', 'a']), { $holdfast: 'junk' });
  expect(await new Response(store.export()).text()).toContain('kept');
  expect(heard).toEqual(['a CORRUPT']);
});

test('law 5: an import does not write over what a newer build has stored', async () => {
  const from = createTestStore({ keys: { a: key('old') } }).store;
  await from.keys.a.set('older');
  const newer = memory();
  const { store } = createTestStore({ keys: { a: key('new', { version: 2, migrate: { 2: (old) => `${old}` } }) }, storage: newer });
  await store.keys.a.set('newer');
  const older = createTestStore({ keys: { a: key('old') }, storage: newer }).store;
  await expect(older.import(from.export())).rejects.toMatchObject({ code: 'NEWER_DATA' });
  await store.keys.a.retry();
  expect(store.keys.a.get()).toBe('newer');
});
