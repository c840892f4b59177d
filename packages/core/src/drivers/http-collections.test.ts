import { afterEach, expect, test, vi } from 'vitest';
import { collection } from '../collections/declare.ts';
import type { SharedStorage, StorageDriver } from '../driver.ts';
import { namespaced } from '../namespaced.ts';
import { serve } from '../server/serve.ts';
import { createStore } from '../store.ts';
import { createWorld } from '../testing/index.ts';
import { http } from './http.ts';
import { memory } from './memory.ts';

interface Note {
  title: string;
  done?: boolean;
  count?: number;
}

// Longer than any poll: a machine that does other things is slow, not wrong.
vi.setConfig({ testTimeout: 30_000 });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server, and devices with a collection that reach it over a network which can be cut. */
function scene(authorize: (key: string, operation: 'read' | 'write') => boolean = () => true) {
  const storage = memory() as unknown as SharedStorage;
  const may = { authorize };
  const handler = serve(storage, {
    authorize: (_, operation, __, at) => may.authorize(at, operation),
    limits: { perSecond: 1e6, burst: 1e6 },
  });
  const network = { isUp: true };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!network.isUp) throw new TypeError('offline');
    return handler(new Request(input, init));
  };
  const world = createWorld();

  function device(cache: StorageDriver = memory()) {
    const tab = world.openTab();
    const store = createStore({
      name: 'app',
      storage: http('http://localhost', { cache, fetch, timeoutMs: 300 }),
      collections: { notes: collection<Note>() },
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
    const { notes } = store.collections;
    const titles = async (): Promise<string> => (await notes.find({ sort: { title: 1 } })).map(({ title }) => title).join();
    return { store, notes, cache, tab, titles };
  }

  /** The batches in the server's log. */
  const logged = async () => (await namespaced(storage, 'shared').changes?.(0))?.batches.length;
  return { storage, network, device, logged, may, world };
}

const soon = { timeout: 10_000, interval: 20 };

test('a collection is read from the copy, at once and offline, on the next start too', async () => {
  const { network, device } = scene();
  const first = device();
  await first.notes.insertMany([{ title: 'a' }, { title: 'b' }]);
  await expect.poll(() => first.titles(), soon).toBe('a,b');
  await first.store.flush();
  const other = device();
  await expect.poll(() => other.titles(), soon).toBe('a,b');
  await other.store.close();
  network.isUp = false;
  const next = device(other.cache);
  expect(await next.titles()).toBe('a,b');
  expect(next.notes.status.get()).toMatchObject({ state: 'ready', persistent: true });
});

test('what is inserted and changed offline is durable, survives the end of the page, and reaches everyone once', async () => {
  const { network, device, logged } = scene();
  const [first, other] = [device(), device()];
  const live = other.notes.live({ sort: { title: 1 } });
  live.subscribe(() => {});
  const id = await first.notes.insert({ title: 'a' });
  await expect.poll(() => live.get().data.length, soon).toBe(1);
  network.isUp = false;
  await first.notes.insert({ title: 'b' });
  expect(await first.notes.update(id, { done: true })).toBe(true);
  await first.store.close();
  expect(await logged()).toBe(1);
  const next = device(first.cache);
  expect(await next.notes.find({ sort: { title: 1 } })).toMatchObject([{ title: 'a', done: true }, { title: 'b' }]);
  network.isUp = true;
  next.tab.show();
  await expect.poll(() => live.get().data, soon).toMatchObject([{ title: 'a', done: true }, { title: 'b' }]);
  expect(await logged()).toBe(3);
  expect(await next.titles()).toBe('a,b');
});

test('devices that change different fields offline both win, and of one field the one that reaches the server last', async () => {
  const { network, device } = scene();
  const [a, b] = [device(), device()];
  const id = await a.notes.insert({ title: 'one', count: 0 });
  await expect.poll(() => b.titles(), soon).toBe('one');
  network.isUp = false;
  await a.notes.update(id, { $set: { title: 'from a' }, $inc: { count: 1 } });
  await b.notes.update(id, { $set: { title: 'from b', done: true }, $inc: { count: 1 } });
  network.isUp = true;
  a.tab.show();
  await expect.poll(() => b.notes.findOne(id), soon).toMatchObject({ title: 'from b', done: true, count: 1 });
  await expect
    .poll(async () => {
      b.tab.show();
      return [await a.notes.findOne(id), await b.notes.findOne(id)].map((note) => [note?.title, note?.done, note?.count].join());
    }, soon)
    .toEqual(['from b,true,2', 'from b,true,2']);
});

test('tabs on one copy show at once what the other one has inserted offline', async () => {
  const { network, device } = scene();
  const a = device();
  const b = device(a.cache);
  await a.notes.insert({ title: 'a' });
  await expect.poll(() => b.titles(), soon).toBe('a');
  network.isUp = false;
  const id = await a.notes.insert({ title: 'b' });
  await expect.poll(() => b.titles(), soon).toBe('a,b');
  await b.notes.update(id, { title: 'c' });
  await expect.poll(() => a.titles(), soon).toBe('a,c');
  network.isUp = true;
  a.tab.show();
  const fresh = device();
  await expect.poll(() => fresh.titles(), soon).toBe('a,c');
});

test.each(['the tab that made it', 'another tab'])(
  'what the server refuses for good is taken back in every tab, where %s hears of it',
  async (who) => {
    const { network, device, may, world } = scene();
    const a = device();
    const b = device(a.cache);
    await a.notes.insert({ title: 'kept' });
    await expect.poll(() => b.titles(), soon).toBe('kept');
    network.isUp = false;
    await a.notes.insert({ title: 'refused' });
    await expect.poll(() => b.titles(), soon).toBe('kept,refused');
    may.authorize = (_, operation) => operation === 'read';
    network.isUp = true;
    (who === 'another tab' ? b : a).tab.show();
    await expect.poll(() => Promise.all([a.titles(), b.titles()]), soon).toEqual(['kept', 'kept']);
    expect(world.reported).toMatchObject([{ code: 'DENIED' }]);
    await a.store.close();
    expect(await device(a.cache).titles()).toBe('kept');
  },
);

test('functions of what is stored count exactly between devices; without the server they wait', async () => {
  const { network, device } = scene();
  const [a, b] = [device(), device()];
  const id = await a.notes.insert({ title: 'counter', count: 0 });
  await expect.poll(() => b.titles(), soon).toBe('counter');
  const add = ({ count = 0 }: Note) => ({ count: count + 1 });
  await Promise.all(
    [a, b].map(async ({ notes }) => {
      for (let turn = 0; turn < 10; turn++) expect(await notes.update(id, add)).toBe(true);
    }),
  );
  await expect.poll(async () => [(await a.notes.findOne(id))?.count, (await b.notes.findOne(id))?.count], soon).toEqual([20, 20]);
  network.isUp = false;
  await expect(a.notes.update(id, add)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await a.notes.findOne(id))?.count).toBe(21);
  network.isUp = true;
  a.tab.show();
  await expect.poll(async () => (await b.notes.findOne(id))?.count, soon).toBe(21);
});

test('a log that became segments meanwhile is read as such, by devices old and new', async () => {
  const { network, device, logged } = scene();
  const [a, b] = [device(), device()];
  await a.notes.insert({ title: 'x' });
  await expect.poll(() => b.titles(), soon).toBe('x');
  network.isUp = false;
  await b.notes.insert({ title: 'offline' });
  network.isUp = true;
  const filler = 'y'.repeat(2_000);
  for (let turn = 0; turn < 3; turn++) await a.notes.insertMany(Array.from({ length: 100 }, () => ({ title: filler })));
  await expect.poll(logged, soon).toBeLessThan(3);
  b.tab.show();
  const c = device();
  const count = ({ notes }: typeof a) => notes.count();
  await expect.poll(() => Promise.all([count(a), count(b), count(c)]), soon).toEqual([302, 302, 302]);
});

test('what gets its place is not shown twice, not even for a moment', async () => {
  const { network, device } = scene();
  const a = device();
  const b = device(a.cache);
  const id = await a.notes.insert({ title: 'counter', count: 0 });
  await expect.poll(() => b.titles(), soon).toBe('counter');
  const shown = [a, b].map(({ notes }) => {
    const counts: (number | undefined)[] = [];
    const document = notes.document(id);
    document.subscribe(() => counts.push(document.get()?.count));
    return counts;
  });
  network.isUp = false;
  await a.notes.update(id, { $inc: { count: 1 } });
  await expect.poll(() => shown.map((counts) => counts.at(-1)), soon).toEqual([1, 1]);
  network.isUp = true;
  a.tab.show();
  const other = device();
  await expect.poll(async () => (await other.notes.findOne(id))?.count, soon).toBe(1);
  await b.notes.update(id, ({ title }) => ({ title: `${title}!` }));
  await expect.poll(() => a.titles(), soon).toBe('counter!');
  for (const counts of shown) expect(new Set(counts)).toEqual(new Set([1]));
});
