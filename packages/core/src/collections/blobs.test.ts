import { expect, test } from 'vitest';
import { webStorage } from '../drivers/web-storage.ts';
import { logged } from '../logged.ts';
import { createTestStore } from '../testing/index.ts';
import { collection } from './declare.ts';

interface Photo {
  title: string;
  file?: Blob | File;
  pages?: { image: Blob }[];
}

const photos = collection<Photo>();
const LARGE = 'x'.repeat(60_000);

async function setUp(tabs = 2) {
  const made = createTestStore({ collections: { photos }, tabs });
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const entries of made.storage.driver.list({ prefix: '' })) found.push(...entries.map(({ key }) => key));
    return found.filter((key) => key.includes('blobs'));
  };
  return { ...made, names, of: (index: number) => made.stores[index]!.collections.photos };
}

test('a Blob in a document arrives in other tabs and comes back after a reload, with its name and its bytes', async () => {
  const { of, world, openTab } = await setUp();
  await of(1).find();
  const file = new File(['bytes'], 'cat.png', { type: 'image/png', lastModified: 7 });
  const id = await of(0).insert({ title: 'cat', file, pages: [{ image: new Blob(['page']) }] });
  await world.advance(5_000);
  for (const photos of [of(0), of(1), openTab().collections.photos]) {
    const found = (await photos.findOne(id))!;
    expect(found.file).toMatchObject({ name: 'cat.png', type: 'image/png', lastModified: 7 });
    expect(await found.file!.text()).toBe('bytes');
    expect(await found.pages![0]!.image.text()).toBe('page');
    // The same Blob as long as the document holds it.
    expect((await photos.findOne(id))!.file).toBe(found.file);
  }
});

test('a Blob is stored once: the document changes without it', async () => {
  const { of, names } = await setUp(1);
  const id = await of(0).insert({ title: 'cat', file: new Blob(['bytes']) });
  await of(0).update(id, { title: 'dog' });
  const { file } = (await of(0).findOne(id))!;
  await of(0).update(id, { title: 'mouse', file: file! });
  expect(await names()).toHaveLength(1);
  await of(0).update(id, { $set: { file: new Blob(['other']) } });
  expect(await names()).toHaveLength(2);
  expect(await (await of(0).findOne(id))!.file!.text()).toBe('other');
});

test('a Blob that no document refers to is removed, two checkpoints later', async () => {
  const { of, names, world, openTab } = await setUp(1);
  const kept = await of(0).insert({ title: 'kept', file: new Blob(['kept']) });
  const id = await of(0).insert({ title: 'gone', file: new Blob(['gone']) });
  expect(await names()).toHaveLength(2);
  await of(0).delete(id);
  for (let checkpoint = 0; checkpoint < 2; checkpoint++) {
    for (let turn = 0; turn < 6; turn++) await of(0).update(kept, { title: LARGE + checkpoint + turn });
    await world.advance(3_000);
  }
  expect(await names()).toHaveLength(1);
  expect(await (await openTab().collections.photos.findOne(kept))!.file!.text()).toBe('kept');
});

test('a Blob of a document that another tab has deleted meanwhile is stored again by who puts it to use', async () => {
  const { of, names, world, openTab } = await setUp(2);
  const gone = await of(0).insert({ title: 'gone', file: new Blob(['bytes']) });
  const kept = await of(0).insert({ title: 'kept' });
  await world.advance(3_000);
  const { file } = (await of(1).findOne(gone))!;
  await of(0).delete(gone);
  for (let checkpoint = 0; checkpoint < 2; checkpoint++) {
    for (let turn = 0; turn < 6; turn++) await of(0).update(kept, { title: LARGE + checkpoint + turn });
    await world.advance(3_000);
  }
  expect(await names()).toHaveLength(0);
  await of(1).update(kept, { file: file! });
  await world.advance(3_000);
  expect(await (await openTab().collections.photos.findOne(kept))!.file!.text()).toBe('bytes');
});

test('a storage that holds text refuses a Blob before anything is shown', async () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    key: (index: number) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  };
  const { store } = createTestStore({ collections: { photos }, storage: logged(webStorage(() => storage as Storage)) });
  await expect(store.collections.photos.insert({ title: 'cat', file: new Blob(['bytes']) })).rejects.toMatchObject({
    code: 'UNSUPPORTED_VALUE',
  });
  expect(store.collections.photos.live().get().data).toEqual([]);
});
