import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Encoded } from '../codec.ts';
import { equal } from '../equal.ts';
import { rich } from './rich.ts';

const RUNS = 20_000;

/** Deep equality with the same classes and the same identities, written apart from the code under test. */
function isSameGraph(first: unknown, second: unknown): boolean {
  const partner = new Map<unknown, unknown>();
  const same = (a: unknown, b: unknown): boolean => {
    if (typeof a !== 'object' || a === null) return Object.is(a, b);
    if (partner.has(a) || partner.has(b)) return partner.get(a) === b && partner.get(b) === a;
    partner.set(a, b).set(b, a);
    const prototype = Object.getPrototypeOf(a);
    if (typeof b !== 'object' || b === null || Object.getPrototypeOf(b) !== prototype) return false;
    if (a instanceof Map || a instanceof Set) {
      const [left, right] = [[...a], [...(b as Set<unknown>)]];
      // Entries of a Map are pairs that are made here: only what they hold has an identity.
      return (
        left.length === right.length &&
        left.flat(a instanceof Map ? 1 : 0).every((item, i) => same(item, right.flat(a instanceof Map ? 1 : 0)[i]))
      );
    }
    if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
    if (a instanceof URL) return a.href === (b as URL).href;
    const bytes = (data: object): string =>
      String(
        ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data as ArrayBuffer),
      );
    if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) return bytes(a) === bytes(b);
    const [keys, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
    return keys.length === others.length && keys.every((key) => same(Reflect.get(a, key), Object.hasOwn(b, key) && Reflect.get(b, key)));
  };
  return same(first, second);
}

const text = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'toJSON',
    'length',
    '',
    '.',
    '\\',
    'a.b',
    'a\\.b',
    '\\\\.',
    '0',
    '1',
    '-1',
  ),
  fc.constantFrom('\ud800', '\udc00\ud800', '💾', '\0', 'Map', 'Date', 'custom', 'holdfast', 'json', 'meta', 'v', 'values', '$holdfast'),
  fc.string({ maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const scalar = fc.oneof(
  text,
  fc.constantFrom(null, true, false, undefined, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.constantFrom(2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53) - 2, 5e-324, 2n ** 53n + 1n, -(2n ** 64n)),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
);
const bytes = fc.uint8Array({ maxLength: 9 });
const leaf = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.constantFrom('https://a.b/', 'mailto:x@y', 'data:,%20é').map((href) => new URL(href)),
  bytes.map((b) => b.buffer as ArrayBuffer),
  bytes.map((b) => new DataView(b.buffer, Math.min(1, b.length))),
  bytes.map((b) => b.subarray(Math.min(2, b.length))),
  fc.oneof(
    fc.float64Array({ maxLength: 3 }),
    fc.float32Array({ maxLength: 3 }),
    fc.int16Array({ maxLength: 3 }),
    fc.bigInt64Array({ maxLength: 3 }),
  ),
);

// A value is a table of objects whose parts name other objects of the table: every shape of sharing and of cycles.
const reference = fc.record({ at: fc.nat(7) });
const part = fc.oneof({ arbitrary: scalar, weight: 3 }, { arbitrary: reference, weight: 2 });
const kind = fc.constantFrom('object', 'object', 'array', 'sparse', 'map', 'set');
const node = fc.oneof(
  { arbitrary: fc.record({ kind, parts: fc.array(fc.tuple(text, part, part), { maxLength: 4 }) }), weight: 3 },
  { arbitrary: fc.record({ leaf }), weight: 1 },
);
const graph = fc.array(node, { minLength: 1, maxLength: 8 }).map((nodes) => {
  const objects = nodes.map((item) => {
    if ('leaf' in item) return item.leaf;
    return { object: {}, array: [], sparse: [], map: new Map(), set: new Set() }[item.kind];
  });
  const resolve = (item: unknown): unknown =>
    typeof item === 'object' && item ? objects[(item as { at: number }).at % objects.length] : item;
  nodes.forEach((item, index) => {
    if ('leaf' in item) return;
    const object = objects[index];
    item.parts.forEach(([key, one, two], place) => {
      if (object instanceof Map) object.set(resolve(one), resolve(two));
      else if (object instanceof Set) object.add(resolve(one));
      else {
        const name = item.kind === 'object' ? key : item.kind === 'array' ? place : 2 * place + 1;
        Object.defineProperty(object, name, { value: resolve(one), writable: true, enumerable: true, configurable: true });
      }
    });
  });
  return objects[0];
});

// V8 13.6 and 14.6 may read a key with an escape in it as another key (nodejs/node#63785, crbug.com/521080746): what `JSON.parse`
// itself did not bring back goes around it.
function throughText(encoded: Encoded): Encoded {
  const written = JSON.stringify(encoded);
  const parsed = JSON.parse(written) as Encoded;
  return JSON.stringify(parsed) === written ? parsed : structuredClone(encoded);
}

test('law 8: decode(encode(x)) = x, with every identity', async () => {
  const pristine = JSON.stringify([Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames));
  await fc.assert(
    fc.property(fc.oneof({ arbitrary: graph, weight: 9 }, { arbitrary: scalar, weight: 1 }), (value) => {
      const decoded = rich.decode(throughText(rich.encode(value) as Encoded));
      return isSameGraph(value, decoded) && equal(value, decoded) && equal(decoded, value);
    }),
    { numRuns: RUNS },
  );
  expect(JSON.stringify([Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames))).toBe(pristine);
}, 60_000);

/** Every scalar place that can be reached through plain objects and arrays, Map and Set. */
function placesIn(value: unknown, seen = new Set<unknown>()): [object, string][] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Map || value instanceof Set)
    return [...value].flat(value instanceof Map ? 1 : 0).flatMap((item) => placesIn(item, seen));
  if (ArrayBuffer.isView(value)) return [];
  return Object.keys(value).flatMap((key): [object, string][] => {
    const child = Reflect.get(value, key);
    return typeof child === 'object' && child ? placesIn(child, seen) : [[value, key]];
  });
}

test('values are not equal as soon as one place differs', async () => {
  await fc.assert(
    fc.property(graph, fc.nat(), (value, choice) => {
      const copy = rich.decode(throughText(rich.encode(value) as Encoded));
      const places = placesIn(copy);
      if (places.length === 0) return;
      const [object, key] = places[choice % places.length] as [object, string];
      Object.defineProperty(object, key, { value: 'changed', enumerable: true });
      expect([equal(value, copy), equal(copy, value)]).toEqual([false, false]);
    }),
    { numRuns: 2000 },
  );
});
