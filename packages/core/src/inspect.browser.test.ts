import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspect } from './inspect.ts';

const NAME = 'inspect test';
let database: IDBDatabase;

beforeAll(async () => {
  const request = indexedDB.open(NAME);
  request.onupgradeneeded = () => request.result.createObjectStore('s');
  database = (await done(request)) as IDBDatabase;
});

afterAll(async () => {
  database.close();
  await done(indexedDB.deleteDatabase(NAME));
});

function done(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function throughIndexedDb(value: unknown): Promise<unknown> {
  await done(database.transaction('s', 'readwrite').objectStore('s').put(value, 'k'));
  return done(database.transaction('s').objectStore('s').get('k'));
}

function isAccepted(value: unknown): boolean {
  try {
    inspect({ deep: [value] }, 'clone');
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VALUE', path: 'deep[0]' });
    return false;
  }
}

function fileList(): FileList {
  const transfer = new DataTransfer();
  transfer.items.add(new File(['a'], 'a.txt'));
  return transfer.files;
}

test.each<[name: string, make: () => unknown]>([
  ['Date', () => new Date(0)],
  ['RegExp', () => /a/g],
  ['ArrayBuffer', () => new ArrayBuffer(1)],
  ['DataView', () => new DataView(new ArrayBuffer(1))],
  ['Float64Array', () => new Float64Array([Number.NaN])],
  ['BigInt64Array', () => new BigInt64Array(1)],
  ['Blob', () => new Blob(['a'])],
  ['File', () => new File(['a'], 'a.txt')],
  ['FileList', fileList],
  ['ImageData', () => new ImageData(1, 1)],
  ['CryptoKey', () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt'])],
])('%s is accepted, and IndexedDB brings it back with its class', async (name, make) => {
  const value = await make();
  expect(isAccepted(value)).toBe(true);
  const back = await throughIndexedDb(value).catch((error: DOMException) => {
    // WebKitGTK 2.50 cannot keep files in IndexedDB; the driver keeps their bytes there.
    expect(error).toMatchObject({ name: 'UnknownError', message: expect.stringContaining('Blob/File') });
    return structuredClone(value);
  });
  expect(Object.prototype.toString.call(back)).toBe(`[object ${name}]`);
});

test.each<[name: string, make: () => unknown]>([
  ['URL', () => new URL('https://a.b/')],
  ['a node', () => document.createElement('a')],
  ['an event', () => new Event('a')],
  ['the window', () => window],
  ['an abort signal', () => new AbortController().signal],
])('%s is refused, and IndexedDB refuses it too', async (_, make) => {
  const value = make();
  expect(isAccepted(value)).toBe(false);
  await expect(throughIndexedDb(value)).rejects.toMatchObject({ name: 'DataCloneError' });
});

test('a Proxy of plain data is accepted, and only IndexedDB finds out', async () => {
  const proxy = new Proxy({ a: 1 }, {});
  expect(isAccepted(proxy)).toBe(true);
  await expect(throughIndexedDb(proxy)).rejects.toMatchObject({ name: 'DataCloneError' });
});
