import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { StoreError } from './errors.ts';
import { inspect, isPlain, type Kind, LIMITS } from './inspect.ts';

// A few of these take a million parts.
vi.setConfig({ testTimeout: 30_000 });

/** The error of a refusal, or whether JSON alone is enough. */
function outcome(value: unknown, kind: Kind): StoreError | boolean {
  try {
    return inspect(value, kind);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'UNSUPPORTED_VALUE') return error;
    throw error;
  }
}

const isAccepted = (value: unknown, kind: Kind): boolean => !(outcome(value, kind) instanceof StoreError);

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

// biome-ignore lint/suspicious/noSparseArray: the case
const sparse = [1, , 2];

class Point {
  x = 1;
}
class Temperature extends Map {}
class Stack extends Array {}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

describe('json', () => {
  const shared = { a: 1 };
  test.each([
    ['scalars', [null, true, '', 'text', 0, 1.5, Number.MAX_SAFE_INTEGER + 2, '\ud800']],
    ['objects', { a: { b: [] }, '': 1, 'a.b': 2 }],
    ['dangerous keys', JSON.parse('{"__proto__":1,"constructor":{"prototype":2},"toString":3}')],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['one object twice', [shared, shared]],
    ['the deepest value', nested(LIMITS.depth)],
    ['another realm', runInNewContext('({ list: [1, { a: "b" }] })')],
  ])('accepts %s', (_, value) => {
    expect(inspect(value, 'json')).toBe(true);
    expect(isDeepStrictEqual(JSON.parse(JSON.stringify(value)), structuredClone(value))).toBe(true);
  });

  test.each([
    ['undefined', undefined],
    ['bigint', 1n],
    ['number', Number.NaN],
    ['number', Number.NEGATIVE_INFINITY],
    ['number', -0],
    ['hole', sparse],
    ['cycle', cycle],
    ['Date', new Date(0)],
    ['Map', new Map()],
    ['Uint8Array', new Uint8Array(1)],
    ['Blob', new Blob([])],
    ['String', Object('text')],
  ])('refuses %s', (what, value) => {
    expect(outcome(value, 'json')).toMatchObject({ message: expect.stringContaining(`unsupported ${what} (`) });
  });
});

describe('every kind refuses', () => {
  const accessor = {
    get a() {
      return 1;
    },
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  test.each<[what: string, value: unknown]>([
    ['function', () => 1],
    ['symbol', Symbol('a')],
    ['Point', new Point()],
    ['Temperature', new Temperature()],
    ['Stack', new Stack()],
    ['Buffer', Buffer.from('a')],
    ['', new (class {})()],
    ['Object', Object.create({ inherited: 1 })],
    ['Promise', Promise.resolve()],
    ['WeakMap', new WeakMap()],
    ['TypeError', new TypeError('no')],
    ['Error', Object.assign(new Error('no'), { status: 5 })],
    ['depth', nested(LIMITS.depth + 1)],
    ['size', new Array(LIMITS.nodes).fill(0)],
  ])('%s', (what, value) => {
    for (const kind of ['json', 'clone'] as const)
      expect(outcome(value, kind)).toMatchObject({ message: expect.stringContaining(`unsupported ${what} (`) });
  });

  test.each<[what: string, value: object, path: string]>([
    ['an accessor', accessor, 'a'],
    ['a hidden property', Object.defineProperty({}, 'b', { value: 1 }), 'b'],
    ['a symbol key', { [Symbol('c')]: 1 }, 'Symbol(c)'],
  ])('%s', (_, value, path) => {
    for (const kind of ['json', 'clone'] as const) expect(outcome(value, kind)).toMatchObject({ path });
  });

  test('named properties of an array, such as the match of a regular expression has', () => {
    for (const kind of ['json', 'clone'] as const) expect(isAccepted(/a/.exec('a'), kind)).toBe(false);
    // As many keys as elements.
    expect(isAccepted(Object.assign(sparse.slice(), { name: 1 }), 'clone')).toBe(false);
  });

  test('what throws when it is read', () => {
    const trap = new Proxy({}, { ownKeys: () => expect.unreachable() });
    for (const kind of ['json', 'clone'] as const)
      for (const value of [revoked.proxy, new Proxy(new Map(), {}), new Proxy(new Date(), {}), trap])
        expect(outcome({ a: value }, kind)).toMatchObject({ path: 'a' });
  });

  test('four thousand million holes, at once', () => {
    const start = performance.now();
    expect(isAccepted(new Array(4_000_000_000), 'json')).toBe(false);
    expect(isAccepted([new Array(600_000), new Array(600_000)], 'clone')).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('the path', () => {
  test.each([
    ['user.photos[2]', { user: { photos: [1, 2, () => 3] } }],
    ['[0].a[1]', [{ a: [0, Symbol('b')] }]],
    ['a.b', { ok: [[1], { a: 1 }], a: { b: () => 1 } }],
    ['tags[1][1].run', { tags: new Map([['a', {}], ['b', { run() {} }]]) }], // biome-ignore format: one line a case
    ['tags[0][0]', { tags: new Map([[() => 1, 1]]) }],
    ['names[1]', { names: new Set(['a', () => 1]) }],
    ['__proto__.f', JSON.parse('{"__proto__":{"f":0}}', (key, value) => (key === 'f' ? () => 1 : value))],
  ])('%s', (path, value) => {
    const error = outcome(value, 'clone');
    expect(error).toMatchObject({ path, message: expect.stringContaining(`Cannot store ${path}: unsupported `) });
  });

  test('is absent for the value itself', () => {
    const error = outcome(() => 1, 'clone') as StoreError;
    expect(error.message).toBe('Cannot store the value: unsupported function (UNSUPPORTED_VALUE)');
    expect(error.path).toBeUndefined();
  });

  test('names the first hole in JSON', () => {
    expect(outcome({ list: sparse }, 'json')).toMatchObject({ path: 'list[1]' });
  });
});

describe('clone', () => {
  const bytes = new Uint8Array([1, 2]);
  const buffer = new ArrayBuffer(2);
  const detached = new ArrayBuffer(2);
  structuredClone(detached, { transfer: [detached] });
  const samples: [name: string, value: object][] = [
    ['Date', new Date(0)],
    ['RegExp', /a/g],
    ['ArrayBuffer', buffer],
    ['DataView', new DataView(buffer)],
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array].map(
      (View): [string, object] => [View.name, new View(bytes)],
    ),
    ['BigInt64Array', new BigInt64Array(1)],
    ['BigUint64Array', new BigUint64Array(1)],
    ['Blob', new Blob(['a'])],
    ['File', new File(['a'], 'a.txt')],
    ['detached ArrayBuffer', detached],
    ['URL', new URL('https://a.b/')],
    ['URLSearchParams', new URLSearchParams('a=b')],
    ['Headers', new Headers()],
    ['Point', new Point()],
    ['Buffer', Buffer.from('a')],
    ['WeakSet', new WeakSet()],
    ['Intl', new Intl.NumberFormat('en')],
    ['Proxy of a date', new Proxy(new Date(0), {})],
  ];

  test.each(samples)('accepts %s if and only if structured clone brings it back with its class', (_, value) => {
    let isBroughtBack = false;
    try {
      isBroughtBack = Object.getPrototypeOf(structuredClone(value)) === Object.getPrototypeOf(value);
    } catch {}
    expect(isAccepted(value, 'clone')).toBe(isBroughtBack);
    expect(isAccepted({ deep: [value] }, 'clone')).toBe(isBroughtBack);
  });

  test('accepts keys for encryption', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    expect(isAccepted(key, 'clone')).toBe(true);
  });

  test('accepts cycles, Map, Set, sparse arrays and all scalars', () => {
    const value = new Map<unknown, unknown>([[cycle, new Set([undefined, 1n, Number.NaN, -0, sparse])]]);
    expect(inspect(value, 'clone')).toBe(false);
    expect(isDeepStrictEqual(structuredClone(value), value)).toBe(true);
  });

  test('accepts dates and maps of another realm', () => {
    expect(isAccepted(runInNewContext('new Map([["a", new Date(0)]])'), 'clone')).toBe(true);
  });

  test('does not see through a Proxy of plain data, which structured clone refuses', () => {
    const proxy = new Proxy({ a: [1] }, {});
    expect(isAccepted(proxy, 'clone')).toBe(true);
    expect(() => structuredClone(proxy)).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
  });
});

describe('a list of a codec', () => {
  const carriesDates: Kind = (_, className) => className === 'Date';

  test('is asked for everything but plain data, Map and Set', () => {
    expect(isAccepted([new Date(), new Map([[1, new Set([new Date()])]])], carriesDates)).toBe(true);
    expect(outcome([new Date(), /a/], carriesDates)).toMatchObject({ path: '[1]' });
  });

  test('learns whether JSON alone would do, identities included', () => {
    const shared = {};
    expect(inspect({ a: [1, 'b', null, {}] }, carriesDates)).toBe(true);
    for (const value of [undefined, [-0], { a: 1n }, [new Date()], [shared, shared], cycle, new Array(1)])
      expect(inspect(value, carriesDates)).toBe(false);
  });
});

test.each([
  [{}, true],
  [Object.create(null), true],
  [runInNewContext('({})'), true],
  [JSON.parse('{"constructor":1,"hasOwnProperty":2}'), true],
  [[], false],
  [null, false],
  ['text', false],
  [new Point(), false],
  [Object.create({}), false],
  [Object.create(Object.create(null)), false],
  [new Date(), false],
])('isPlain(%o) is %s', (value, expected) => {
  expect(isPlain(value)).toBe(expected);
});
