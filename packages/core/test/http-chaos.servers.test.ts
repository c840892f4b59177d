import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { createClient } from 'redis';
import { afterEach, expect, inject, test } from 'vitest';
import type { SharedStorage, StorageDriver } from '../src/driver.ts';
import { http } from '../src/drivers/http.ts';
import { redis } from '../src/drivers/redis.ts';
import { collection, createStore, key, memory, namespaced } from '../src/index.ts';
import { type BadNetwork, badNetwork } from './bad-network.ts';
import { newSpace } from './server-laws.ts';

const url = inject('servers').redis;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startServer(space: string, port: number): Promise<ChildProcess> {
  const script = new URL('./state-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--no-warnings', script, url ?? '', space, `${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

/** Repeats what is sent, as a proxy does that lost the answer; the second time late. */
function repeating(network: BadNetwork, random: () => number): typeof fetch {
  return async (input, init) => {
    if (init?.method === 'POST' && random() < 0.2 && network.trouble.cut > 0) {
      const { signal: _, ...again } = init;
      setTimeout(
        () =>
          void fetch(input, again)
            .then((response) => response.text())
            .catch(() => {}),
        random() * 500,
      );
    }
    return fetch(input, init);
  };
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

async function scene(seed: number) {
  const random = seeded(seed);
  const space = newSpace();
  const port = await freePort();
  let server = await startServer(space, port);
  const network = await badNetwork(port, random);
  cleanups.push(network.close);
  const client = createClient({ url: url ?? '' });
  await client.connect();
  cleanups.push(() => client.close());
  return {
    random,
    network,
    /** What really lies on the server. */
    truth: namespaced(redis(client, { namespace: space }), 'shared') as SharedStorage,
    storage: (cache?: StorageDriver) =>
      http(`http://127.0.0.1:${network.port}/state`, {
        ...(cache ? { cache } : {}),
        fetch: repeating(network, random),
        timeoutMs: 3_000,
        silenceMs: 1_000,
      }),
    async killServer() {
      server.kill('SIGKILL');
      await new Promise((resolve) => server.once('exit', resolve));
      await pause(200);
      server = await startServer(space, port);
    },
  };
}

test.skipIf(!url).each([1, 2, 3])(
  'through cuts, silence, delays, repetitions and kills of the server every acknowledged append is there once (seed %i)',
  async (seed) => {
    const { network, storage, truth, killServer } = await scene(seed);
    Object.assign(network.trouble, { cut: 0.03, silent: 0.01, delayMs: 30 });
    const drivers = [storage(), storage(), storage()];
    const acknowledged = new Set<string>();
    const unknown = new Set<string>();
    const writing = drivers.map(async (driver, writer) => {
      for (let turn = 0; turn < 60; turn++) {
        const value = `${writer}.${turn}`;
        await driver.commit([{ type: 'append', key: 'log', value }]).then(
          () => acknowledged.add(value),
          () => unknown.add(value),
        );
      }
    });
    await pause(300);
    await killServer();
    await Promise.all(writing);
    const { batches } = await truth.changes(0);
    const found = batches.map(({ value }) => value);
    expect(new Set(found).size).toBe(found.length);
    for (const value of acknowledged) expect(found).toContain(value);
    for (const value of found) expect(acknowledged.has(value) || unknown.has(value)).toBe(true);
    expect(acknowledged.size).toBeGreaterThan(0);
  },
  60_000,
);

test.skipIf(!url).each([4, 5])(
  'devices with a copy converge to the server, and what they set last is what it has (seed %i)',
  async (seed) => {
    const { network, storage, truth, killServer, random } = await scene(seed);
    const names = ['a', 'b', 'c'] as const;
    const stores = names.map(() => {
      const store = createStore({
        name: 'app',
        storage: storage(memory()),
        keys: { a: key(0), b: key(0), c: key(0), shared: key('') },
        onError() {},
      });
      cleanups.push(store.close);
      return store;
    });
    // The first start ever needs the server.
    await Promise.all(stores.flatMap(({ keys }) => [keys.a.ready, keys.b.ready, keys.c.ready, keys.shared.ready]));
    Object.assign(network.trouble, { cut: 0.05, silent: 0.02, delayMs: 30 });
    const writing = stores.map(async (store, index) => {
      const mine = store.keys[names[index] as 'a'];
      for (let turn = 1; turn <= 80; turn++) {
        void store.keys.shared.set(`${names[index]}${turn}`);
        void mine.set(turn);
        await pause(random() * 20);
      }
      expect(await mine.flush()).toEqual({ saved: true });
    });
    await pause(400);
    await killServer();
    await Promise.all(writing);
    Object.assign(network.trouble, { cut: 0, silent: 0, delayMs: 0 });
    const see = () => stores.map(({ keys }) => [keys.a.get(), keys.b.get(), keys.c.get(), keys.shared.get()].join());
    await expect.poll(() => new Set(see()).size, { timeout: 30_000 }).toBe(1);
    await expect.poll(() => see()[0], { timeout: 30_000 }).toMatch(/^80,80,80,[abc]80$/);
    const texts = await Promise.all(['a', 'b', 'c', 'shared'].map((name) => truth.get(`app!${name}!`)));
    expect(texts.map((entry) => JSON.parse(entry?.value as string)).join()).toBe(see()[0]);
  },
  90_000,
);

interface Note {
  by: string;
  number: number;
}

test.skipIf(!url).each([6, 7, 8])(
  'collections on copies lose no change that was acknowledged, count each once, and converge (seed %i)',
  async (seed) => {
    const { network, storage, truth, killServer, random } = await scene(seed);
    const caches = [memory(), memory(), memory()];
    const open = (index: number) => {
      const store = createStore({
        name: 'app',
        storage: storage(caches[index]),
        collections: { notes: collection<Note>(), totals: collection<{ _id: string; sum: number }>() },
        onError() {},
      });
      cleanups.push(store.close);
      const { notes, totals } = store.collections;
      notes.live().subscribe(() => {});
      return { store, notes, totals };
    };
    const devices = [open(0), open(1), open(2)];
    await Promise.all(devices.map(({ notes }) => notes.find()));
    await devices[0]?.totals.insert({ _id: 'all', sum: 0 });
    for (const { totals } of devices) await expect.poll(() => totals.findOne('all'), { timeout: 10_000 }).toBeDefined();
    Object.assign(network.trouble, { cut: 0.05, silent: 0.02, delayMs: 30 });
    const acknowledged = new Set<string>();
    const writing = devices.map(async (_, index) => {
      for (let number = 1; number <= 40; number++) {
        // Halfway its page is closed, and another one goes on with the same copy.
        if (number === 20) {
          await devices[index]?.store.close();
          devices[index] = open(index);
        }
        const { notes, totals } = devices[index] as (typeof devices)[number];
        const by = `device ${index}`;
        const [id] = await Promise.all([notes.insert({ by, number }), totals.update('all', { $inc: { sum: 1 } })]);
        acknowledged.add(id);
        if (number % 5 === 0) await notes.update(id, { number: -number });
        await pause(random() * 20);
      }
    });
    await pause(400);
    await killServer();
    await Promise.all(writing);
    Object.assign(network.trouble, { cut: 0, silent: 0, delayMs: 0 });
    const plain = createStore({
      name: 'app',
      storage: truth,
      collections: { notes: collection<Note>(), totals: collection<{ _id: string; sum: number }>() },
    });
    cleanups.push(plain.close);
    const see = async ({ notes, totals }: Pick<(typeof devices)[number], 'notes' | 'totals'>) =>
      JSON.stringify([await totals.findOne('all'), await notes.find({ sort: { _id: 1 } })]);
    const all = () => Promise.all([...devices, plain.collections].map(see));
    await expect.poll(async () => new Set(await all()).size, { timeout: 30_000 }).toBe(1);
    const [total, notes] = JSON.parse((await all())[0] as string) as [{ sum: number }, (Note & { _id: string })[]];
    expect(total.sum).toBe(120);
    expect(new Set(notes.map(({ _id }) => _id))).toEqual(acknowledged);
    expect(notes.filter(({ number }) => number < 0).length).toBe(3 * 8);
  },
  90_000,
);
