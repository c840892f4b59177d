import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { equal } from './equal.ts';

// biome-ignore lint/suspicious/noSparseArray: the case
const sparse = [1, , 2];
const key = {};
const blob = new Blob(['a']);
const invalidDate = new Date(Number.NaN);

class Point {}

const both = (a: unknown, b: unknown): boolean => {
  const result = equal(a, b);
  expect(equal(b, a)).toBe(result);
  return result;
};

describe('equal', () => {
  test.each<[name: string, a: unknown, b: unknown]>([
    ['NaN', Number.NaN, Number.NaN],
    ['objects in any order of keys', { a: 1, b: [2, { c: 3 }] }, { b: [2, { c: 3 }], a: 1 }],
    ['with and without a prototype', { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ['of another realm', { a: [1] }, runInNewContext('({ a: [1] })')],
    ['dates', new Date(5), new Date(5)],
    ['invalid dates', invalidDate, new Date('no')],
    ['addresses', new URL('https://a.b/c'), new URL('https://a.b/c')],
    ['patterns', /a/g, /a/g],
    ['sparse arrays', sparse, sparse.slice()],
    ['maps in any order of scalar keys', new Map<unknown, unknown>([[1, { a: 1 }], ['1', 2]]), new Map<unknown, unknown>([['1', 2], [1, { a: 1 }]])], // biome-ignore format: one line a case
    ['sets in any order of scalars', new Set([1, 'b', Number.NaN, null]), new Set([null, Number.NaN, 'b', 1])],
    ['maps with equal objects as keys', new Map([[{ id: 1 }, 2]]), new Map([[{ id: 1 }, 2]])],
    ['sets of equal objects', new Set([{ id: 1 }, 5]), new Set([5, { id: 1 }])],
    ['own keys that an object inherits', JSON.parse('{"__proto__":1,"constructor":2}'), JSON.parse('{"constructor":2,"__proto__":1}')],
    ['buffers', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    ['parts of buffers', new Uint8Array([0, 1, 2]).subarray(1), new Uint8Array([1, 2])],
    ['numbers in buffers', new Float64Array([Number.NaN, -0]), new Float64Array([Number.NaN, -0])],
    ['views', new DataView(new ArrayBuffer(4), 2), new DataView(new ArrayBuffer(2))],
    ['one blob', { blob }, { blob }],
  ])('%s', (_, a, b) => {
    expect(both(a, b)).toBe(true);
  });
});

describe('not equal', () => {
  test.each<[name: string, a: unknown, b: unknown]>([
    ['0 and -0', 0, -0],
    ['a number and its text', 1, '1'],
    ['1 and 1n', 1, 1n],
    ['null and undefined', null, undefined],
    ['null and an object', null, {}],
    ['an array and an object', [], {}],
    ['an undefined property and none', { a: undefined }, {}],
    ['an undefined property and another', { a: undefined }, { b: undefined }],
    ['an own property and an inherited one', { a: 1 }, JSON.parse('{"toString":1}')],
    ['a hole and undefined', sparse, [1, undefined, 2]],
    ['arrays of two lengths', [1], [1, undefined]],
    ['holes of two lengths', new Array(2), new Array(3)],
    ['a deep difference', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ['dates', new Date(5), new Date(6)],
    ['a date and an invalid one', new Date(0), invalidDate],
    ['a date and its number', new Date(5), 5],
    ['addresses', new URL('https://a.b/c'), new URL('https://a.b/d')],
    ['patterns', /a/g, /a/i],
    ['keys of two types', new Map([[1, 2]]), new Map([['1', 2]])],
    ['values of maps', new Map([[1, { a: 1 }]]), new Map([[1, { a: 2 }]])],
    ['keys that are objects', new Map([[{ id: 1 }, 2]]), new Map([[{ id: 2 }, 2]])],
    ['a set and a larger one', new Set([1]), new Set([1, 2])],
    ['a set with an object more', new Set([key, 1]), new Set([key, {}, 1])],
    ['a map and a set', new Map([[1, 1]]), new Set([1])],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    ['a number of bytes', new Uint8Array([1]), new Uint8Array([1, 0])],
    ['views of two classes', new Uint8Array(2), new Int8Array(2)],
    ['a view and its buffer', new Uint8Array(2), new ArrayBuffer(2)],
    ['0 and -0 in a buffer', new Float64Array([0]), new Float64Array([-0])],
    ['two blobs of one content', new Blob(['a']), new Blob(['a'])],
    ['class instances', new Point(), new Point()],
    ['a class instance and an object', new Point(), {}],
    ['errors', new Error('a'), new Error('a')],
    ['promises', Promise.resolve(), Promise.resolve()],
    ['functions', () => 1, () => 1],
  ])('%s', (_, a, b) => {
    expect(both(a, b)).toBe(false);
  });
});

/** A list of `length` objects that ends in its own beginning. */
function ring(length: number, last: object = {}): object {
  const first: Record<string, unknown> = {};
  let item = first;
  for (let i = 1; i < length; i++) {
    const next: Record<string, unknown> = {};
    item.next = next;
    item = next;
  }
  item.next = first;
  return Object.assign(item, last);
}

test('cycles end: rings of any two lengths look alike from inside', () => {
  for (const [a, b] of [[1, 1], [1, 2], [2, 3], [6, 4], [7, 1]] as const) expect(both(ring(a), ring(b))).toBe(true); // biome-ignore format: pairs
  expect(both(ring(3), ring(3, { end: true }))).toBe(false);
});

test('what is shared is compared once', () => {
  const tower = (top: unknown): unknown => {
    let value = top;
    for (let i = 0; i < 100; i++) value = [value, { value }];
    return value;
  };
  expect(both(tower([1]), tower([1]))).toBe(true);
  expect(both(tower([1]), tower([2]))).toBe(false);
});

test('many equal objects against one take linear time', () => {
  const one = { a: 1 };
  const ones = Array.from({ length: 30_000 }, () => one);
  const many = ones.map(() => ({ a: 1 }));
  const start = performance.now();
  expect(both(ones, many)).toBe(true);
  expect(performance.now() - start).toBeLessThan(4000);
});
