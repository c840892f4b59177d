import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { key } from '../keys/key.ts';
import { createStore } from '../store.ts';
import { indexedDb } from './indexed-db.ts';

/** A factory that hands out its open databases, so that a test can close them as a browser does. */
function openFactory(): { factory: () => IDBFactory; handles: IDBDatabase[]; page: IDBFactory } {
  const page = new IDBFactory();
  const handles: IDBDatabase[] = [];
  const open = page.open.bind(page);
  page.open = (name, version) => {
    const request = open(name, version);
    request.addEventListener('success', () => handles.push(request.result));
    return request;
  };
  return { factory: () => page, handles, page };
}

const keys = { n: key(0) };

test('check 18: a connection that the browser closed is opened again, and nothing is lost', async () => {
  const { factory, handles } = openFactory();
  const store = createStore({ name: 'app', storage: indexedDb({ factory }), keys });
  await store.keys.n.set(1);
  forceCloseDatabase(handles[0] as never);
  expect(await store.keys.n.set(2)).toEqual({ saved: true });
  expect(handles).toHaveLength(2);
  expect(store.keys.n.status.get()).toMatchObject({ state: 'ready', persistent: true });
  await store.close();
});

test('a handle that is dead without having said so is dropped and opened again', async () => {
  const { factory, handles } = openFactory();
  const driver = indexedDb({ factory });
  await driver.set('key', 1);
  handles[0]?.close();
  expect((await driver.get('key'))?.value).toBe(1);
  await driver.set('key', 2);
  expect(handles).toHaveLength(2);
});

test('writes in flight while the connection dies settle, and the value is stored in the end', async () => {
  const { factory, handles } = openFactory();
  const store = createStore({ name: 'app', storage: indexedDb({ factory }), keys });
  await store.keys.n.ready;
  const results = Array.from({ length: 100 }, async (_, index) => {
    const result = await store.keys.n.set(index + 1);
    if (index === 50 && handles[0]) forceCloseDatabase(handles[0] as never);
    return result;
  });
  await Promise.all(results);
  await store.keys.n.flush();
  const again = createStore({ name: 'app', storage: indexedDb({ factory }), keys });
  await again.keys.n.ready;
  expect(again.keys.n.get()).toBe(100);
});

test('a transaction whose end is never told, because the browser has closed its connection, is begun again on a new one', async () => {
  const { factory, handles } = openFactory();
  const driver = indexedDb({ factory });
  await driver.set('key', 1);
  const handle = handles[0] as IDBDatabase;
  const begin = handle.transaction.bind(handle);
  handle.transaction = (...call) => {
    const transaction = begin(...call);
    // As Chromium does it with one that is begun at the moment of the closing: neither `complete` nor `abort`.
    for (const type of ['complete', 'abort']) transaction.addEventListener(type, (event) => event.stopImmediatePropagation());
    return transaction;
  };
  const written = driver.set('key', 2);
  forceCloseDatabase(handle as never);
  await written;
  expect((await driver.get('key'))?.value).toBe(2);
  expect(handles).toHaveLength(2);
});

test('an open that never answers is said to be slow, and made up for when it answers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { factory, page } = openFactory();
    // A tab that holds up a deletion holds up every opening behind it.
    const holder = await new Promise<IDBDatabase>((resolve) => {
      const request = page.open('app', 1);
      request.onsuccess = () => resolve(request.result);
    });
    page.deleteDatabase('app');
    const store = createStore({ name: 'app', storage: indexedDb({ factory }), keys, onError: () => {} });
    const ready = store.keys.n.ready.catch((error) => error.code);
    const saved = store.keys.n.set(5);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await ready).toBe('TIMEOUT');
    expect(await saved).toMatchObject({ saved: false, error: { code: 'TIMEOUT' } });
    expect(store.keys.n.get()).toBe(5);
    vi.useRealTimers();
    holder.close();
    await vi.waitFor(async () => expect(await store.keys.n.retry()).toEqual({ saved: true }));
    expect(store.keys.n.get()).toBe(5);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ['there is no IndexedDB', () => undefined],
  [
    'reading it throws',
    () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  ],
  [
    'opening it throws',
    () => {
      const page = new IDBFactory();
      page.open = () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      return page;
    },
  ],
])('law 12: where %s the value lives in memory', async (_, factory) => {
  const store = createStore({ name: 'app', storage: indexedDb({ factory }), keys, onError: () => {} });
  await store.keys.n.ready;
  expect(store.keys.n.status.get()).toMatchObject({ state: 'ready', capability: 'memory', persistent: false, error: { code: 'DENIED' } });
  expect(await store.keys.n.set(1)).toMatchObject({ saved: false });
  expect(store.keys.n.get()).toBe(1);
});

test('a transaction that is aborted for want of space is a failed write, though its requests had succeeded', async () => {
  const { factory, handles } = openFactory();
  const errors: string[] = [];
  const store = createStore({ name: 'app', storage: indexedDb({ factory }), keys, onError: ({ code }) => errors.push(code) });
  await store.keys.n.set(1);
  const handle = handles[0] as IDBDatabase;
  const begin = handle.transaction.bind(handle);
  const spy = vi.spyOn(handle, 'transaction').mockImplementation((...call) => {
    const transaction = begin(...call);
    if (call[1] === 'readwrite') {
      // As Chromium and Firefox do it: the requests succeed, then the transaction aborts.
      const log = transaction.objectStore('log');
      const add = log.add.bind(log);
      log.add = (...record) => {
        const request = add(...record);
        request.addEventListener('success', () => {
          Object.defineProperty(transaction, 'error', { get: () => new DOMException('', 'QuotaExceededError') });
          transaction.abort();
        });
        return request;
      };
      const objectStore = transaction.objectStore.bind(transaction);
      transaction.objectStore = (name) => (name === 'log' ? log : objectStore(name));
    }
    return transaction;
  });
  expect(await store.keys.n.set(2)).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  expect(errors).toEqual(['QUOTA']);
  expect(store.keys.n.get()).toBe(2);
  spy.mockRestore();
  expect(await store.keys.n.retry()).toEqual({ saved: true });
  await store.close();
});
