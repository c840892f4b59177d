import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { SuperJSON } from 'superjson';
import { describe, expect, test, vi } from 'vitest';
import type { Encoded } from '../codec.ts';
import { equal } from '../equal.ts';
import { LIMITS } from '../inspect.ts';
import { rich } from './rich.ts';

// A few of these take a million parts.
vi.setConfig({ testTimeout: 30_000 });

/** Through text, as a driver does it. */
function roundTrip<T>(value: T): T {
  const encoded = rich.encode(value);
  expect(encoded).not.toBeInstanceOf(Promise);
  return rich.decode(JSON.parse(JSON.stringify(encoded))) as T;
}

// biome-ignore lint/suspicious/noSparseArray: the case
const sparse = [1, , 2, ,];
const views = [
  new Uint8Array([0, 1, 254, 255]),
  new Uint8Array([9, 1, 2, 9]).subarray(1, 3),
  new Uint8ClampedArray([0, 300]),
  new Int8Array([-1]),
  new Int16Array([-2]),
  new Uint16Array([65_535]),
  new Int32Array([-3]),
  new Uint32Array([4_000_000_000]),
  new Float32Array([1.5, Number.NaN]),
  new Float64Array([Number.NaN, -0, Number.POSITIVE_INFINITY, 2 ** 53 + 2]),
  new BigInt64Array([-1n]),
  new BigUint64Array([2n ** 64n - 1n]),
  // Not in every engine yet.
  ...('Float16Array' in globalThis ? [new (globalThis as unknown as { Float16Array: typeof Float32Array }).Float16Array([0.5, -0])] : []),
  new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
  new ArrayBuffer(0),
  new Uint8Array([7, 8]).buffer,
];

describe('comes back equal', () => {
  test.each<[name: string, value: unknown]>([
    ['undefined', undefined],
    ['undefined in an object and an array', { a: undefined, b: [undefined] }],
    ['numbers', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2 ** 53 - 1, 2 ** 53 + 2, 5e-324]],
    ['bigint', [0n, -1n, 2n ** 53n + 1n, 10n ** 400n]],
    ['dates', [new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15)]],
    ['an invalid date', { at: new Date(Number.NaN) }],
    ['a map', new Map<unknown, unknown>([['a', new Date(1)], [1, new Map([[null, undefined]])], [{ id: 1 }, [new Set()]]])], // biome-ignore format: one line a case
    ['a set', new Set<unknown>([1, '1', new Date(1), [undefined], new Set([Number.NaN])])],
    ['addresses', new URL('https://user:pw@a.b:8080/c?d=é#f')],
    ['sparse arrays', [sparse, new Array(5)]],
    ['keys with dots and slashes', { 'a.b': 1n, 'a\\.b': { '.': new Date(1) }, '\\': undefined, '': { '': 2n } }],
    [
      'dangerous keys beside rich values',
      JSON.parse('{"a":{"__proto__":{"x":1},"constructor":[2],"prototype":3},"z":0}', (k, v) => (k === 'z' ? -0 : v)),
    ],
    ['dangerous keys alone', JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":2}}')],
    ['what looks like our lists', [['Date'], ['Map', 1, 2], ['custom', 'holdfast'], 1n]],
    ['what looks like annotations', { json: 1n, meta: { values: { json: ['bigint'] }, v: 1 } }],
    ['half surrogates', ['\ud800', { '\udc00': 1n }]],
    ['a list longer than a call takes', Array.from({ length: 150_000 }, (_, i) => i).concat([-0])],
  ])('%s', (_, value) => {
    const back = roundTrip(value);
    expect(isDeepStrictEqual(back, value) || equal(back, value)).toBe(true);
    expect(equal(back, value)).toBe(true);
  });

  test.each(views)('%o', (view) => {
    const back = roundTrip({ view }).view;
    expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(view));
    expect(equal(back, view)).toBe(true);
  });

  test('a megabyte', () => {
    const bytes = Uint8Array.from({ length: 1_000_003 }, (_, i) => i % 251);
    expect(equal(roundTrip(bytes), bytes)).toBe(true);
  });

  test('an object without a prototype, as a plain object', () => {
    expect(roundTrip(Object.assign(Object.create(null), { a: 1n }))).toStrictEqual({ a: 1n });
  });

  test('what another realm made, as ours', () => {
    const value = runInNewContext('({ at: new Date(5), map: new Map([["a", [new Set([1n])]]]), bytes: new Uint8Array([1]) })');
    const back = roundTrip(value);
    expect(back).toStrictEqual({ at: new Date(5), map: new Map([['a', [new Set([1n])]]]), bytes: new Uint8Array([1]) });
  });

  test('the deepest value of Maps', () => {
    let value: unknown = new Map();
    for (let i = 0; i < LIMITS.depth / 2; i++) value = new Map([[i, value]]);
    expect(equal(roundTrip(value), value)).toBe(true);
    expect(() => rich.encode(new Map([[1, value]]))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VALUE' }));
  });
});

describe('identity', () => {
  test('what was one object is one object, whatever holds it', () => {
    const date = new Date(1);
    const item = { date };
    const bytes = new Uint8Array([1]);
    const back = roundTrip({ a: item, list: [item, bytes, sparse], map: new Map<unknown, unknown>([[item, date], [bytes, sparse]]), set: new Set<unknown>([date, item]) }); // biome-ignore format: short
    expect(back.list[0]).toBe(back.a);
    expect(back.map.get(back.a)).toBe(back.a.date);
    expect(back.map.get(back.list[1])).toBe(back.list[2]);
    expect([...back.set]).toEqual([back.a.date, back.a]);
    expect(back.set.has(back.a)).toBe(true);
  });

  test('plain data that shares an object is not taken for plain JSON', () => {
    const item = { a: 1 };
    const back = roundTrip([item, item]);
    expect(back[0]).toBe(back[1]);
  });

  test('cycles through objects, arrays, maps, sets and dangerous keys', () => {
    const root: Record<string, unknown> = JSON.parse('{"__proto__":0}');
    const map = new Map<unknown, unknown>();
    map.set(root, map).set('set', new Set([root, map]));
    Object.defineProperty(root, '__proto__', { value: [root, map], enumerable: true });
    const back = roundTrip(root);
    const [first, second] = Object.getOwnPropertyDescriptor(back, '__proto__')?.value ?? [];
    expect(first).toBe(back);
    expect(second.get(back)).toBe(second);
    expect([...second.get('set')]).toEqual([back, second]);
  });

  test('a tower of shared objects stays small', () => {
    let value: unknown = [1n];
    for (let i = 0; i < 60; i++) value = [value, value];
    expect(JSON.stringify(rich.encode(value)).length).toBeLessThan(20_000);
    expect(equal(roundTrip(value), value)).toBe(true);
  });
});

describe('Blob and File', () => {
  test('come back with type, name, time and bytes; only they make encode wait', async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256);
    const file = new File([bytes], 'a/é.bin', { type: 'image/png', lastModified: 1234 });
    const value = { file, again: file, list: [new Blob(['text'], { type: 'text/plain;charset=utf-8' }), new Blob()], at: new Date(1) };
    const encoded = rich.encode(value);
    expect(encoded).toBeInstanceOf(Promise);
    const back = rich.decode(JSON.parse(JSON.stringify(await encoded))) as typeof value;
    expect(back.file).toBeInstanceOf(File);
    expect(back.file).toMatchObject({ name: 'a/é.bin', type: 'image/png', lastModified: 1234, size: 20_000 });
    expect(new Uint8Array(await back.file.arrayBuffer())).toEqual(bytes);
    expect(back.again).toBe(back.file);
    expect(back.list[0]).not.toBeInstanceOf(File);
    expect(back.list[0]).toMatchObject({ type: 'text/plain;charset=utf-8', size: 4 });
    expect(await back.list[0]?.text()).toBe('text');
    expect(back.list[1]).toMatchObject({ type: '', size: 0 });
    expect(back.at).toEqual(new Date(1));
  });

  test('what changes while bytes are read is not in it', async () => {
    const value = { blob: new Blob(['a']), list: [1] };
    const encoded = rich.encode(value);
    value.list.push(2);
    expect((rich.decode(await encoded) as typeof value).list).toEqual([1]);
  });

  test('bytes that cannot be read reject', async () => {
    const blob = new Blob(['a']);
    blob.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    await expect(rich.encode(blob)).rejects.toMatchObject({ code: 'UNSUPPORTED_VALUE', cause: { name: 'NotReadableError' } });
  });
});

describe('what is written', () => {
  test('is plain JSON where that is enough', () => {
    const value = { a: [1, 'b', { c: null }] };
    expect(rich.encode(value)).toEqual({ json: value });
  });

  test('is read by superjson itself where no type of ours is in it', () => {
    const value = { at: new Date(1), n: 1n, u: undefined, nan: Number.NaN, url: new URL('https://a.b/'), 'x.y': [-0] };
    expect(SuperJSON.deserialize(rich.encode(value) as never)).toStrictEqual(value);
  });

  test('keeps its form: what an earlier release wrote is read for ever', () => {
    const json = { at: '1970-01-01T00:00:00.001Z', m: ['Map', 'k', ['Set', '1']], d: ['Date'], h: ['Array', 3, 1, 'x'], p: ['Object', '__proto__', 1], b: ['Uint8Array', 'AQI='], f: ['File', 'aGk=', 'text/plain', 'a.txt', 5], same: null }; // biome-ignore format: the stored text
    const list = ['custom', 'holdfast'];
    const meta = { v: 1, values: { at: ['Date'], m: [list, { '2': [list, { '1': ['bigint'] }] }], d: [list], h: [list], p: [list], b: [list], f: [list] }, referentialEqualities: { at: ['same'] } }; // biome-ignore format: the stored text
    const back = rich.decode({ json, meta }) as Record<string, unknown>;
    expect(back.m).toEqual(new Map([['k', new Set([1n])]]));
    expect(back.h).toStrictEqual(Object.assign(new Array(3), { 1: 'x' }));
    expect(back.same).toBe(back.at);
    expect(Object.keys(back.p as object)).toEqual(['__proto__']);
    expect(back.b).toEqual(new Uint8Array([1, 2]));
    expect(back.f).toMatchObject({ name: 'a.txt', type: 'text/plain', lastModified: 5, size: 2 });
    expect(back.d).toEqual(new Date(Number.NaN));
  });

  test('leaves the value and the encoded data as they were', () => {
    const value = { at: new Date(1), m: new Map([['a', [undefined]]]) };
    const before = structuredClone(value);
    const encoded = rich.encode(value) as Encoded;
    const text = JSON.stringify(encoded);
    rich.decode(encoded);
    expect(value).toStrictEqual(before);
    expect(JSON.stringify(encoded)).toBe(text);
  });

  test('registers nothing with the superjson of the application', () => {
    roundTrip([new Map()]);
    expect(SuperJSON.serialize(new Map([[1, 2]]))).toEqual({ json: [[1, 2]], meta: { values: ['map'], v: 1 } });
  });
});

describe('refuses by its path', () => {
  const detached = new ArrayBuffer(2);
  structuredClone(detached, { transfer: [detached] });
  class Money {
    amount = 1;
  }
  class Tags extends Set {}
  class Moment extends Date {}

  test.each<[what: string, value: unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a class instance', new Money()],
    ['a subclass of Set', new Tags()],
    ['a subclass of Date', new Moment()],
    ['a RegExp, which data must not choose', /a/],
    ['an Error, which would come back as another', new Error('a')],
    ['URLSearchParams', new URLSearchParams('a=b')],
    ['a Buffer', Buffer.from('a')],
    ['a detached buffer', detached],
    ['bytes that make too long a text', new ArrayBuffer(48_000_001)],
    ['a Blob that makes too long a text', new Blob([new ArrayBuffer(48_000_001)])],
    ['a Promise', Promise.resolve()],
    ['a Proxy of a Map', new Proxy(new Map(), {})],
    ['a Proxy of a Date', new Proxy(new Date(), {})],
    ['a class that is only called Date', new (Object.defineProperty(class {}, 'name', { value: 'Date' }))()],
    ['what only looks like a Date', { [Symbol.toStringTag]: 'Date' }],
    ['an address that changes when it is parsed again', Object.create(URL.prototype, { href: { value: 'HTTP://A' }, constructor: { value: URL } })], // biome-ignore format: short
  ])('%s', (_, value) => {
    const error = expect.objectContaining({ code: 'UNSUPPORTED_VALUE', path: expect.stringMatching(/^deep\[0]\.it/) });
    expect(() => rich.encode({ at: new Date(), deep: [{ it: value }] })).toThrow(error);
  });

  test('a Proxy of plain data passes as what it shows', () => {
    expect(roundTrip(new Proxy({ a: [1n] }, {}))).toEqual({ a: [1n] });
  });

  test('what would be too large to read again', () => {
    // A hole makes it a list of pairs: the text has twice as many parts as the value.
    const value = new Array(LIMITS.nodes / 2).fill(0);
    value.length++;
    expect(() => rich.encode(value)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VALUE' }));
  });
});
