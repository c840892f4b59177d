import Axios from 'axios';
import { buildStorage, setupCache } from 'axios-cache-interceptor';
import { expect, test, vi } from 'vitest';
import { axiosStorage } from '../../src/cached/axios.ts';
import { cached } from '../../src/cached.ts';
import { memory } from '../../src/drivers/memory.ts';
import { kv } from '../../src/kv/kv.ts';
import { faultDriver } from '../../src/testing/index.ts';
import { listen } from './listen.ts';

test('calls of one moment are one flight, and later ones take what it brought, in another process too', async () => {
  const driver = memory();
  let loads = 0;
  const load = async (id: string): Promise<{ id: string; n: number }> => ({ id, n: ++loads });
  const user = cached(load, kv(driver));
  expect(await Promise.all([user('a'), user('a'), user('b')])).toEqual([{ id: 'a', n: 1 }, { id: 'a', n: 1 }, { id: 'b', n: 2 }]); // biome-ignore format: one line
  expect(await cached(load, kv(driver))('a')).toEqual({ id: 'a', n: 1 });
  await user.forget('a');
  expect(await user('a')).toEqual({ id: 'a', n: 3 });
});

test('what is stale is given at once while a new one is fetched, and what is over is waited for', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    let n = 0;
    const count = cached(async () => ++n, kv(), { expires: '1m', stale: '1h' });
    expect(await count()).toBe(1);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await Promise.all([count(), count()])).toEqual([1, 1]);
    await vi.waitFor(async () => expect(await count()).toBe(2));
    expect(n).toBe(2);
    vi.setSystemTime(Date.now() + 3_700_000);
    expect(await count()).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

test('what fails is not remembered, undefined is a value, and a fetch that fails in the background is told of', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    let isDown = true;
    const errors: unknown[] = [];
    const load = vi.fn(async (): Promise<undefined> => {
      if (isDown) throw new Error('down');
    });
    const nothing = cached(load, kv(), { expires: '1m', stale: '1h', onError: (error) => errors.push(error) });
    await expect(nothing()).rejects.toThrow('down');
    isDown = false;
    expect([await nothing(), await nothing(), load.mock.calls.length]).toEqual([undefined, undefined, 2]);
    isDown = true;
    vi.setSystemTime(Date.now() + 60_000);
    expect(await nothing()).toBeUndefined();
    await vi.waitFor(() => expect(errors).toEqual([new Error('down')]));
  } finally {
    vi.useRealTimers();
  }
});

test('a value that was forgotten while it was fetched is not remembered', async () => {
  const store = kv();
  let land: ((value: number) => void) | undefined;
  const load = (): Promise<number> =>
    new Promise((resolve) => {
      land = resolve;
    });
  const slow = cached(load, store);
  const first = slow();
  await vi.waitFor(() => expect(land).toBeDefined());
  await slow.forget();
  land?.(1);
  expect(await first).toBe(1);
  expect(await store.keys()).toEqual([]);
});

test('a cache that fails is as good as none', async () => {
  const faults = faultDriver(memory());
  faults.failAll('UNAVAILABLE');
  const errors: unknown[] = [];
  expect(await cached(() => 1, kv(faults.driver), { onError: (error) => errors.push(error) })()).toBe(1);
  expect(errors.length).toBe(2);
});

test('axios-cache-interceptor keeps its answers there: asked once, asked again by ETag when they are over', async () => {
  let requests = 0;
  const origin = await listen((request, response) => {
    requests++;
    response.setHeader('etag', '"1"');
    response.setHeader('cache-control', 'max-age=60');
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ n: requests }));
  });
  const driver = memory();
  const axios = (): ReturnType<typeof setupCache> =>
    setupCache(Axios.create({ baseURL: origin }), { storage: buildStorage(axiosStorage(kv(driver))) });
  const first = axios();
  const both = await Promise.all([first.get('/a'), first.get('/a')]);
  expect([both.map(({ data }) => data), requests]).toEqual([[{ n: 1 }, { n: 1 }], 1]); // biome-ignore format: one line
  const again = await axios().get('/a');
  expect([again.data, again.cached, requests]).toEqual([{ n: 1 }, true, 1]);
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    vi.setSystemTime(Date.now() + 61_000);
    const stale = await axios().get('/a');
    expect([stale.data, requests]).toEqual([{ n: 1 }, 2]);
  } finally {
    vi.useRealTimers();
  }
});
