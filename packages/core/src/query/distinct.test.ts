import { describe, expect, test } from 'vitest';
import { distinct } from './distinct.ts';

const values = (...of: unknown[]): unknown[] => distinct(of.map((a) => (a === undefined ? {} : { a })) as { a: unknown }[], 'a');

describe('distinct', () => {
  test('gives each value once, in the order of values', () => {
    expect(values('b', 2, 'a', 2, 'b', 1)).toEqual([1, 2, 'a', 'b']);
  });

  test('takes arrays apart, one level', () => {
    expect(values([1, 2], 2, [[1]], [])).toEqual([1, 2, [1]]);
    expect(distinct([{ a: [{ b: 1 }, { b: [1, 2] }] }], 'a.b')).toEqual([1, 2]);
  });

  test('leaves out what is missing, not null', () => {
    expect(values(undefined, null, 1)).toEqual([null, 1]);
  });

  test('an array that an index leads to is one value', () => {
    expect(distinct([{ a: [[1, 2]] }] as { a: unknown }[], 'a.0')).toEqual([[1, 2]]);
  });

  test('S8: what compares as equal is one value', () => {
    expect(values({ a: 1, b: 2 }, { b: 2, a: 1 })).toHaveLength(1);
    expect(values(new Date(5), new Date(5), 1n, 1, Number.NaN, Number.NaN)).toHaveLength(3);
  });

  test('what has no order is told apart all the same', () => {
    const [one, two] = [new Blob(['a']), new Blob(['a'])];
    expect(values(one, two, one, two, 1)).toEqual([1, one, two]);
  });
});
