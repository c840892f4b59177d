import { describe, expect, test } from 'vitest';
import { StoreError } from '../errors.ts';
import { compileSort, type Sort } from './sort.ts';

type Spec = Record<string, 1 | -1>;

const sorted = (sort: Spec | undefined, documents: object[], collation?: string): object[] =>
  documents.toSorted(compileSort(sort as Sort<object>, collation));

/** Documents with these values of `a`, in the order given; `_id`s that say nothing. */
function ordered(sort: Spec, values: readonly unknown[], collation?: string): void {
  const documents = values.map((a, index) => ({ _id: String(9 - index), ...(a !== undefined && { a }) }));
  for (const [i, first] of documents.entries())
    for (const [j, second] of documents.entries())
      expect([i, j, Math.sign(compileSort(sort as Sort<object>, collation)(first, second))]).toEqual([i, j, Math.sign(i - j)]);
}

describe('a sort', () => {
  test('S1: puts an empty array before what is missing, and then one class after the other', () => {
    ordered({ a: 1 }, [[], null, Number.NaN, 1, 'a', {}, [[1]], new Uint8Array(1), false, new Date(0), /a/]);
    ordered({ a: -1 }, [/a/, new Date(0), true, false, 'b', 'a', 2, 1, null, []]);
    expect(sorted({ a: 1 }, [{ _id: 'y' }, { _id: 'x', a: null }])).toEqual([{ _id: 'x', a: null }, { _id: 'y' }]);
  });

  test('S2: takes of an array the smallest element up, the largest down', () => {
    ordered({ a: 1 }, [[9, 1], 2, [3, 8]]);
    ordered({ a: -1 }, [[9, 1], [3, 8], 2]); // biome-ignore format: one line
    ordered({ a: 1 }, [[[5]], [[6], [7]]]); // biome-ignore format: one line
    ordered({ 'a.b': 1 }, [[{ b: 5 }, { b: 0 }], { b: 1 }, [{ b: [7, 2] }], { b: 3 }]);
  });

  test('S2: does not expand the arrays inside, nor what an index leads to', () => {
    ordered({ a: 1 }, [5, [[1]]]);
    ordered({ 'a.0': 1 }, [[1, 9], [2, 0], [[0]]]); // biome-ignore format: one line
    ordered({ 'a.5': 1 }, [[1], [1, 1, 1, 1, 1, 7]]); // biome-ignore format: one line
  });

  test('S3: takes the keys of a compound sort from one element', () => {
    const x = { _id: 'x', a: [{ b: 1, c: 9 }, { b: 2, c: 0 }] }; // biome-ignore format: one line
    const y = { _id: 'y', a: [{ b: 1, c: 5 }] };
    expect(sorted({ 'a.b': 1, 'a.c': 1 }, [x, y])).toEqual([y, x]);
    expect(sorted({ 'a.b': 1, 'a.c': -1 }, [y, x])).toEqual([x, y]);
    expect(sorted({ 'a.c': 1, 'a.b': 1 }, [y, x])).toEqual([x, y]);
  });

  test('S3: takes the keys of arrays in an array from one element as well', () => {
    const x = { _id: 'x', a: [{ b: 1, c: [{ d: 9 }, { d: 8 }] }, { b: 2, c: [] }] }; // biome-ignore format: one line
    const y = { _id: 'y', a: [{ b: 1, c: [{ d: 5 }] }] };
    expect(sorted({ 'a.b': 1, 'a.c.d': 1 }, [x, y])).toEqual([y, x]);
  });

  test('S3: takes an element and what it holds as one, null where it holds nothing', () => {
    const x = { _id: 'x', a: [7, { b: 1 }] };
    const y = { _id: 'y', a: [7] };
    expect(sorted({ a: 1, 'a.b': 1 }, [y, x])).toEqual([x, y]);
    expect(sorted({ a: -1, 'a.b': 1 }, [y, x])).toEqual([x, y]);
  });

  test('S3: refuses two arrays beside each other', () => {
    const both = { _id: 'x', a: [1], b: [2] };
    expect(() => sorted({ a: 1, b: 1 }, [both, { _id: 'y' }])).toThrow(StoreError);
    expect(() => sorted({ a: 1, b: 1 }, [both, { _id: 'y' }])).toThrow(/"a, b".*INVALID_ARGUMENT/);
    expect(sorted({ a: 1 }, [both, { _id: 'y' }])).toHaveLength(2);
  });

  test('S4: orders texts by code point, or as a locale does', () => {
    ordered({ a: 1 }, ['Z', 'a', 'z', 'ä', '\uffff', '\u{1f600}']);
    ordered({ a: 1 }, [5, 'a', 'ä', 'z', 'Z'], 'de');
    ordered({ a: 1 }, ['a2', 'a10'], 'en-u-kn');
    ordered({ a: 1 }, [10, '2'], 'de');
  });

  test('S6: ends in _id, also where nothing else is said', () => {
    const documents = [{ _id: 'c', a: 1 }, { _id: 'a', a: 2 }, { _id: 'b', a: 1 }]; // biome-ignore format: one line
    expect(sorted({ a: 1 }, documents).map((each) => (each as { _id: string })._id)).toEqual(['b', 'c', 'a']);
    expect(sorted({ a: -1 }, documents).map((each) => (each as { _id: string })._id)).toEqual(['a', 'b', 'c']);
    expect(sorted(undefined, documents).map((each) => (each as { _id: string })._id)).toEqual(['a', 'b', 'c']);
  });

  test('what has no order is a tie', () => {
    const [one, two] = [new Blob(['a']), new Blob(['b'])];
    expect(sorted({ a: 1 }, [{ _id: 'y', a: one }, { _id: 'x', a: two }])).toEqual([{ _id: 'x', a: two }, { _id: 'y', a: one }]); // biome-ignore format: one line
  });

  test('V3: reads own properties only', () => {
    const own = { _id: 'b', valueOf: 'a' };
    expect(sorted({ valueOf: 1 } as unknown as Spec, [own, { _id: 'a' }])).toEqual([{ _id: 'a' }, own]);
  });

  test('refuses a direction that is none', () => {
    for (const direction of [0, 2, true, 'asc', undefined])
      expect(() => sorted({ a: direction } as unknown as Spec, [])).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', path: 'a' }),
      );
  });
});
