import { afterEach, expect, test, vi } from 'vitest';
import { collection } from '../collections/declare.ts';
import type { SharedStorage, StorageDriver } from '../driver.ts';
import { key } from '../keys/key.ts';
import { serve } from '../server/serve.ts';
import { createStore } from '../store.ts';
import { createWorld } from '../testing/index.ts';
import { http, httpBlobs } from './http.ts';
import { memory } from './memory.ts';
import { webStorage } from './web-storage.ts';

interface Photo {
  title: string;
  file?: File | null;
}

// Longer than any poll: a machine that does other things is slow, not wrong.
vi.setConfig({ testTimeout: 30_000 });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function scene() {
  const handler = serve(memory() as unknown as SharedStorage, { authorize: () => true, limits: { perSecond: 1e6, burst: 1e6 } });
  const network = { isUp: true, uploads: 0, losesAnswers: false };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!network.isUp) throw new TypeError('offline');
    if (init?.method === 'PUT') network.uploads++;
    const response = await handler(new Request(input, init));
    if (network.losesAnswers && init?.method === 'PUT') throw new TypeError('connection lost');
    return response;
  };
  const world = createWorld();
  function device(cache?: StorageDriver) {
    const tab = world.openTab();
    const store = createStore({
      name: 'app',
      storage: http('http://localhost', { blobs: httpBlobs(), fetch, timeoutMs: 300, ...(cache ? { cache } : {}) }),
      keys: { avatar: key<File | null>(null), album: key<{ name: string; photos: Blob[] }>({ name: '', photos: [] }) },
      collections: { photos: collection<Photo>() },
      onError() {},
      ports: {
        ...tab.ports,
        delay(work, ms) {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
      },
    });
    closing.push(store.close);
    return { store, tab, avatar: store.keys.avatar, album: store.keys.album, photos: store.collections.photos };
  }
  return { network, device };
}

const soon = { timeout: 10_000, interval: 20 };
const file = (text: string): File => new File([text], 'a.txt', { type: 'text/plain', lastModified: 7 });
const textOf = async (blob: Blob | null | undefined): Promise<string | undefined> => blob?.text();

test.each([
  ['without a copy', false],
  ['with a copy on the device', true],
] as const)('%s a File of a key, Blobs within a value and the File of a document arrive as they were', async (_, hasCopy) => {
  const { device } = scene();
  const open = () => device(hasCopy ? memory() : undefined);
  const [a, b] = [open(), open()];
  expect(await a.avatar.set(file('bytes'))).toEqual({ saved: true });
  await a.album.set({ name: 'trip', photos: [new Blob(['one'], { type: 'image/png' }), new Blob(['two'])] });
  await a.photos.insert({ title: 'x', file: file('photo') });
  await expect.poll(() => textOf(b.avatar.get()), soon).toBe('bytes');
  const { name, type, lastModified } = b.avatar.get() as File;
  expect([name, type, lastModified]).toEqual(['a.txt', 'text/plain', 7]);
  await expect.poll(() => b.album.get().photos.length, soon).toBe(2);
  const { photos } = b.album.get();
  expect([await photos[0]?.text(), photos[0]?.type, await photos[1]?.text()]).toEqual(['one', 'image/png', 'two']);
  await expect.poll(async () => textOf((await b.photos.find())[0]?.file), soon).toBe('photo');
});

test('what is set offline is kept with its Blob, outlives its tab, and is sent once', async () => {
  const { network, device } = scene();
  const cache = memory();
  const first = device(cache);
  await first.avatar.ready;
  await first.photos.find();
  network.isUp = false;
  expect(await first.avatar.set(file('offline'))).toEqual({ saved: true });
  await first.photos.insert({ title: 'x', file: file('photo') });
  await first.store.close();
  const next = device(cache);
  await next.avatar.ready;
  expect(await textOf(next.avatar.get())).toBe('offline');
  expect(await textOf((await next.photos.find())[0]?.file)).toBe('photo');
  network.isUp = true;
  next.tab.show();
  const other = device();
  await expect.poll(async () => textOf((await other.photos.find())[0]?.file), soon).toBe('photo');
  await expect.poll(() => textOf(other.avatar.get()), soon).toBe('offline');
  expect(network.uploads).toBe(2);
});

test('a Blob is there before anyone can read of it, though the answer was lost', async () => {
  const { network, device } = scene();
  const a = device(memory());
  await a.avatar.ready;
  network.losesAnswers = true;
  await a.avatar.set(file('bytes'));
  await expect.poll(() => network.uploads, soon).toBeGreaterThan(0);
  const b = device();
  await b.avatar.ready;
  expect(b.avatar.get()).toBeNull();
  network.losesAnswers = false;
  a.tab.show();
  await expect.poll(() => textOf(b.avatar.get()), soon).toBe('bytes');
});

test('a value that changes beside its Blob does not send it again, and one without is plain JSON', async () => {
  const { network, device } = scene();
  const a = device(memory());
  const photos = [new Blob(['one'])];
  await a.album.set({ name: 'a', photos });
  await a.album.set({ name: 'b', photos });
  await a.album.set({ name: 'c', photos: [] });
  const b = device();
  await expect.poll(() => b.album.get().name, soon).toBe('c');
  expect(network.uploads).toBe(1);
});

test('a copy that holds text alone is refused', () => {
  const storage = http('http://localhost', {
    blobs: httpBlobs(),
    cache: webStorage(() => ({ getItem: () => null }) as unknown as Storage),
  });
  expect(() => storage.named?.('app', createWorld().openTab().ports)).toThrow(/INVALID_ARGUMENT/);
});

test('text that names no Blob properly is corrupt, never a way to other data', () => {
  const { codec } = httpBlobs();
  for (const meta of [
    null,
    {},
    { blobs: 1 },
    { blobs: [1] },
    { blobs: [['id', ['__proto__', 'x'], '']] },
    { blobs: [['id', ['a', 'b'], '']] },
  ])
    expect(() => codec.decode({ json: { a: null }, meta })).toThrow(/CORRUPT/);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});
