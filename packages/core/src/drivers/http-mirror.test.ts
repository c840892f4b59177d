import { afterEach, expect, test, vi } from 'vitest';
import type { SharedStorage, StorageDriver } from '../driver.ts';
import { encodePath } from '../key-path.ts';
import { key } from '../keys/key.ts';
import { namespaced } from '../namespaced.ts';
import { serve } from '../server/serve.ts';
import { createStore } from '../store.ts';
import { createWorld } from '../testing/index.ts';
import { http } from './http.ts';
import { memory } from './memory.ts';

const path = (name: string): string => encodePath(['app', name]);
// Longer than any poll: a machine that does other things is slow, not wrong.
vi.setConfig({ testTimeout: 30_000 });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server, and devices that reach it over a network which can be cut, or lose the answers. */
function scene(authorize: (key: string, value: 'read' | 'write') => boolean = () => true) {
  const storage = memory() as unknown as SharedStorage;
  const handler = serve(storage, {
    authorize: (_, operation, __, at) => authorize(at, operation),
    limits: { perSecond: 1e6, burst: 1e6, batch: 3_000 },
  });
  const network = { isUp: true, losesAnswers: false, posts: [] as string[] };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!network.isUp) throw new TypeError('offline');
    const response = await handler(new Request(input, init));
    if (init?.method === 'POST') network.posts.push(`${input}`.split('/:')[1] as string);
    if (network.losesAnswers) throw new TypeError('connection lost');
    return response;
  };
  const world = createWorld();

  function device(cache: StorageDriver = memory()) {
    const tab = world.openTab();
    const { delay: _, ...ports } = tab.ports;
    const real = (work: () => void, ms: number) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    };
    const store = createStore({
      name: 'app',
      storage: http('http://localhost', { cache, fetch, timeoutMs: 300 }),
      keys: { theme: key('light'), count: key(0), note: key('') },
      ports: { ...ports, delay: real },
    });
    closing.push(store.close);
    return { ...store, cache, tab };
  }

  const onServer = async (name: string) => (await namespaced(storage, 'shared').get(path(name)))?.value;
  return { storage, network, device, onServer, world };
}

/** How many writes wait on a device. */
async function waiting(cache: StorageDriver): Promise<number> {
  let count = 0;
  for await (const batch of cache.list({ prefix: `${encodePath([':copy', 'app'])}q` })) count += batch.length;
  return count;
}

const soon = { timeout: 10_000, interval: 20 };

test('what was read once is there at once and offline, on the next start too', async () => {
  const { network, device, onServer } = scene();
  const first = device();
  expect(await first.keys.theme.set('dark')).toEqual({ saved: true });
  await expect.poll(() => onServer('theme'), soon).toBe('"dark"');
  await first.close();
  network.isUp = false;
  const next = device(first.cache);
  await next.keys.theme.ready;
  expect(next.keys.theme.get()).toBe('dark');
  expect(next.keys.theme.status.get()).toMatchObject({ state: 'ready', persistent: true });
});

test('what is set offline is saved, survives the end of the page, and reaches the server in its order, each once', async () => {
  const { network, device, onServer, storage } = scene();
  const first = device();
  await first.keys.theme.ready;
  network.isUp = false;
  for (const value of ['one', 'two', 'three']) expect(await first.keys.note.set(value)).toEqual({ saved: true });
  await first.close();
  expect(await onServer('note')).toBeUndefined();
  const next = device(first.cache);
  await next.keys.note.ready;
  expect(next.keys.note.get()).toBe('three');
  const { head } = await storage.changes();
  network.isUp = true;
  next.tab.show();
  await expect.poll(() => onServer('note'), soon).toBe('"three"');
  expect((await storage.changes()).head).toBe(head + 3);
});

test('an answer that is lost costs no commit and doubles none', async () => {
  const { network, device, onServer, storage } = scene();
  const one = device();
  await one.keys.note.ready;
  const { head } = await storage.changes();
  network.losesAnswers = true;
  await one.keys.note.set('kept');
  await expect.poll(() => network.posts.filter((route) => route === 'commit').length, soon).toBeGreaterThan(2);
  network.losesAnswers = false;
  one.tab.show();
  await expect.poll(async () => waiting(one.cache), soon).toBe(0);
  expect(await onServer('note')).toBe('"kept"');
  expect((await storage.changes()).head).toBe(head + 1);
});

test('two devices converge after both have written offline, to what reached the server last', async () => {
  const { network, device, onServer } = scene();
  const [a, b] = [device(), device()];
  await Promise.all([a.keys.note.ready, b.keys.note.ready]);
  network.isUp = false;
  await Promise.all([a.keys.note.set('from a'), b.keys.note.set('from b'), a.keys.theme.set('dark')]);
  network.isUp = true;
  a.tab.show();
  b.tab.show();
  await expect.poll(() => [a.keys.theme.get(), b.keys.theme.get()], soon).toEqual(['dark', 'dark']);
  const notes = async () => new Set([a.keys.note.get(), b.keys.note.get(), JSON.parse((await onServer('note')) ?? '0')]);
  await expect.poll(async () => (await notes()).size, soon).toBe(1);
  expect([...(await notes())][0]).toMatch(/^from /);
});

test('an update counts exactly between devices, and offline it is kept as a change', async () => {
  const { network, device, onServer } = scene();
  const [a, b] = [device(), device()];
  await Promise.all(
    [a, b].map(async ({ keys }) => {
      for (let turn = 0; turn < 10; turn++) expect(await keys.count.update((count) => count + 1)).toEqual({ saved: true });
    }),
  );
  await expect.poll(() => onServer('count'), soon).toBe('20');
  await expect.poll(() => [a.keys.count.get(), b.keys.count.get()], soon).toEqual([20, 20]);
  network.isUp = false;
  expect(await a.keys.count.update((count) => count + 1)).toEqual({ saved: true });
  network.isUp = true;
  a.tab.show();
  await expect.poll(() => b.keys.count.get(), soon).toBe(21);
});

test('a write that the server refuses for good is undone here, and reported', async () => {
  const { device, world } = scene((at, operation) => operation === 'read' || !at.includes('theme'));
  const one = device();
  await one.keys.theme.ready;
  await one.keys.theme.set('dark');
  await one.keys.note.set('allowed');
  await expect.poll(() => one.keys.theme.get(), soon).toBe('light');
  expect(world.reported).toMatchObject([{ code: 'DENIED' }]);
});

test('two tabs on one copy send each write once, and show what the other set', async () => {
  const { device, storage, onServer } = scene();
  const a = device();
  const b = device(a.cache);
  await Promise.all([a.keys.note.ready, b.keys.note.ready]);
  const { head } = await storage.changes();
  await Promise.all([a.keys.note.set('a'), b.keys.theme.set('dark')]);
  await expect.poll(() => onServer('theme'), soon).toBe('"dark"');
  await expect.poll(() => [a.keys.theme.get(), b.keys.note.get()], soon).toEqual(['dark', 'a']);
  await expect.poll(async () => (await storage.changes()).head, soon).toBe(head + 2);
});

test('a server that lost its data or its log gives a whole new copy', async () => {
  const { device, storage, network } = scene();
  const one = device();
  await one.keys.theme.set('dark');
  await expect.poll(async () => waiting(one.cache), soon).toBe(0);
  network.isUp = false;
  const space = namespaced(storage, 'shared');
  await space.delete(path('theme'));
  await space.set(path('note'), '"new"');
  const real = storage.changes;
  Object.assign(storage, { changes: async (after?: number) => ({ ...(await real(after)), keys: undefined }) });
  network.isUp = true;
  one.tab.show();
  await expect.poll(() => [one.keys.theme.get(), one.keys.note.get()], soon).toEqual(['light', 'new']);
});
