import { describe, expect, test } from 'vitest';
import { compare } from './order.ts';

const sign = (a: unknown, b: unknown): number => Math.sign(compare(a, b));

/** Each is smaller than all that follow. */
function ascending(values: readonly unknown[]): void {
  for (const [i, a] of values.entries())
    for (const [j, b] of values.entries()) expect([i, j, sign(a, b)]).toEqual([i, j, Math.sign(i - j)]);
}

describe('the order of all values', () => {
  test('S1: null, numbers, texts, objects, arrays, bytes, booleans, dates, patterns', () => {
    ascending([null, Number.NaN, 5, '', {}, [], new ArrayBuffer(1), false, true, new Date(0), /a/]);
  });

  test('S1: missing is null', () => {
    expect(compare(undefined, null)).toBe(0);
  });

  test('numbers: NaN, then by value whatever their type', () => {
    ascending([Number.NaN, Number.NEGATIVE_INFINITY, -1, 0, 1n, 1.5, 2n, 2n ** 70n, Number.POSITIVE_INFINITY]);
    expect(compare(1n, 1)).toBe(0);
    expect(compare(-0, 0)).toBe(0);
    expect(compare(Number.NaN, Number.NaN)).toBe(0);
  });

  test('S4: texts by code point, also where UTF-16 units are in another order', () => {
    expect('\u{1f600}' < '\uffff').toBe(true);
    ascending(['', 'A', 'a', 'a\u0000', 'ab', 'b', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{1f600}a', '\u{1f601}']);
  });

  test('S5: arrays element by element, the shorter first', () => {
    ascending([[], [null], [1], [1, 1], [1, 2], [2], ['a'], [[]]]);
  });

  test('S5: objects field by field, by class, then name, then value, the shorter first', () => {
    ascending([{}, { a: 1 }, { a: 1, b: 1 }, { a: 2 }, { b: 0 }, { a: 'x' }]);
  });

  test('D1: the order of keys does not count', () => {
    expect(compare({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 })).toBe(0);
  });

  test('bytes by length, then one by one, whatever shows them', () => {
    ascending([
      new Uint8Array(),
      new Uint8Array([9]),
      new DataView(new ArrayBuffer(2)),
      new Uint8Array([1, 2]),
      new Uint8Array([1, 3]).buffer,
    ]);
    expect(compare(new Uint8Array([1, 0]), new Uint16Array([1]))).toBe(0);
  });

  test('dates by time, patterns by text', () => {
    ascending([new Date(-1), new Date(5), /a/, /a/i, /b/]);
    expect(compare(new Date(5), new Date(5))).toBe(0);
  });
});

describe('what has no order', () => {
  const [one, two] = [new Blob(['a']), new Blob(['a'])];

  test('S8: is 0 for equal values only, and else neither smaller nor larger', () => {
    expect(compare(one, one)).toBe(0);
    expect(compare({ a: one }, { a: one })).toBe(0);
    expect(compare(one, two)).toBeNaN();
    expect(compare({ a: [one] }, { a: [two] })).toBeNaN();
    expect(compare(new Map([[1, 2]]), new Map([[1, 2]]))).toBe(0);
    expect(compare(new Map([[1, 2]]), new Map([[1, 3]]))).toBeNaN();
  });

  test('does not hide what is ordered beside it', () => {
    ascending([
      { a: one, b: 1 },
      { a: two, b: 2 },
      { a: one, b: 3 },
    ]);
    ascending([[two], [one, 1]]);
    ascending([/z/, one]);
  });
});
