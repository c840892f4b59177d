import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../errors.ts';
import type { Where } from './conditions.ts';
import { compileWhere } from './where.ts';

type Filter = Record<string, unknown>;

const isMatch = (document: object, where: Filter): boolean => compileWhere(where as Where<object>)(document);

/** Rows of a rule: these filters match, those do not. */
function rule(name: string, yes: [document: object, where: Filter][], no: [document: object, where: Filter][] = []): void {
  test(name, () => {
    for (const [document, where] of yes) expect(isMatch(document, where), `${show(where)} matches ${show(document)}`).toBe(true);
    for (const [document, where] of no) expect(isMatch(document, where), `${show(where)} does not match ${show(document)}`).toBe(false);
  });
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' || part instanceof RegExp ? String(part) : part));
}

/** Refused, with the place in `path`. */
function refused(where: unknown, path: string): void {
  let error: unknown;
  try {
    compileWhere(where as Where<object>);
  } catch (thrown) {
    error = thrown;
  }
  expect(error, show(where)).toBeInstanceOf(StoreError);
  expect(error, show(where)).toMatchObject({ code: 'INVALID_ARGUMENT', path });
}

const blob = new Blob(['a']);

describe('values', () => {
  test('V2: undefined is refused wherever it stands in a filter', () => {
    refused(undefined, 'where');
    refused({ a: undefined }, 'where.a');
    refused({ a: { $gt: undefined } }, 'where.a.$gt');
    refused({ a: { b: undefined } }, 'where.a.b');
    refused({ a: { $in: [1, undefined] } }, 'where.a.$in.1');
    refused({ $or: [{ a: 1 }, { a: undefined }] }, 'where.$or.1.a');
    refused({ a: { $elemMatch: { b: undefined } } }, 'where.a.$elemMatch.b');
  });

  rule(
    'V3: only own properties are read; names of the prototype are missing like any other',
    [
      [{}, { constructor: null }],
      [{}, { 'a.__proto__': { $exists: false } }],
      [{ a: [] }, { 'a.length': { $exists: false } }],
      [JSON.parse('{"__proto__":{"x":1}}'), { '__proto__.x': 1 }],
    ],
    [
      [{}, { constructor: { $exists: true } }],
      [{ a: {} }, { 'a.__proto__': { $exists: true } }],
      [{ a: {} }, { 'a.toString': { $exists: true } }],
      [{ a: 'text' }, { 'a.length': 4 }],
    ],
  );

  rule('V4: what comes from another realm counts as ours', [
    [{ a: runInNewContext('new Date(5)') }, { a: new Date(5) }],
    [{ a: runInNewContext('({ b: [1] })') }, { 'a.b': 1 }],
    [{ a: 'xay' }, { a: runInNewContext('/a/') }],
    [{ a: 'x' }, { a: { $not: runInNewContext('/a/') } }],
  ]);
});

describe('paths', () => {
  rule('P1: a dotted path steps through plain objects', [[{ a: { b: { c: 1 } } }, { 'a.b.c': 1 }]], [[{ 'a.b': 1 }, { 'a.b': 1 }]]);
  rule(
    'P2: in an array a name means what its plain elements hold, one level deep',
    [
      [{ a: [{ b: 1 }] }, { 'a.b': 1 }],
      [{ a: [{ b: [{ c: 1 }] }] }, { 'a.b.c': 1 }],
    ],
    [
      [{ a: [[{ b: 1 }]] }, { 'a.b': 1 }],
      [{ a: [new Date(0)] }, { 'a.getTime': { $exists: true } }],
    ],
  );
  rule(
    'P3: in an array a number means the index and also the key of its elements',
    [
      [{ a: [0, { 1: 2 }, 3] }, { 'a.1': 2 }],
      [{ a: [0, 2] }, { 'a.1': 2 }],
      [{ a: [{ b: 5 }, { b: 6 }] }, { 'a.1.b': 6 }],
      [{ a: [[{ b: 1 }]] }, { 'a.0.b': 1 }],
      [{ a: { 1: 2 } }, { 'a.1': 2 }],
    ],
    [
      [{ a: [{ b: 5 }, { b: 6 }] }, { 'a.1.b': 5 }],
      [{ a: [0, 2] }, { 'a.01': 2 }],
    ],
  );
  rule(
    'P4: an array reached by a final index stands for itself, not for its elements',
    [
      [{ a: [[6, 7], [8, 9]] }, { 'a.1': [8, 9] }], // biome-ignore format: one line a case
      [{ a: [[6, 7], [8, 9]] }, { 'a.1': { $size: 2 } }], // biome-ignore format: one line a case
      [{ a: { 1: [8, 9] } }, { 'a.1': 8 }],
    ],
    [[{ a: [[6, 7], [8, 9]] }, { 'a.1': 8 }]], // biome-ignore format: one line a case
  );
  rule('P5: another array is tried as a whole and element by element', [
    [{ a: [1, [2]] }, { a: [1, [2]] }],
    [{ a: [1, [2]] }, { a: [2] }],
    [{ a: [1, [2]] }, { a: 1 }],
  ], [[{ a: [1, [2]] }, { a: 2 }]]); // biome-ignore format: rows
});

describe('equality', () => {
  rule('E1: the value, or one of its elements', [
    [{ a: 1 }, { a: 1 }],
    [{ a: [0, 1] }, { a: { $eq: 1 } }],
  ], [[{ a: 2 }, { a: 1 }]]); // biome-ignore format: rows
  rule(
    'E2: an array is equal as a whole, or is an element',
    [
      [{ a: [1, 2] }, { a: [1, 2] }],
      [{ a: [[1, 2]] }, { a: [1, 2] }],
    ],
    [
      [{ a: [[[1, 2]]] }, { a: [1, 2] }],
      [{ a: [2, 1] }, { a: [1, 2] }],
      [{ a: [1, 2, 3] }, { a: [1, 2] }],
    ],
  );
  rule(
    'E3: null is null, missing, or an element that is null; in an array only an object element without the field is missing it',
    [
      [{ a: null }, { a: null }],
      [{}, { a: null }],
      [{ a: [1, null] }, { a: null }],
      [{}, { 'a.b': null }],
      [{ a: 5 }, { 'a.b': null }],
      [{ a: [{ b: 1 }, 2, {}] }, { 'a.b': null }],
      [{ a: [{}] }, { 'a.b': null }],
    ],
    [
      [{ a: 0 }, { a: null }],
      [{ a: [] }, { a: null }],
      [{ a: [{ b: 5 }, 5] }, { 'a.b': null }],
      [{ a: [1] }, { 'a.b': null }],
      [{ a: [5] }, { 'a.0.b': null }],
    ],
  );
  rule(
    'E4: an object without operators is equal as a whole, in any order of keys (D1)',
    [
      [{ a: { b: 1, c: [{ d: 2 }] } }, { a: { c: [{ d: 2 }], b: 1 } }],
      [{ a: [{ b: 1 }] }, { a: { b: 1 } }],
    ],
    [[{ a: { b: 1, c: 2 } }, { a: { b: 1 } }]],
  );
  rule(
    'E5: a RegExp tests texts and elements that are texts, or equals a stored one; `lastIndex` is not read',
    [
      [{ a: 'abc' }, { a: /b/ }],
      [{ a: ['x', 'abc'] }, { a: /b/ }],
      [{ a: /b/i }, { a: /b/i }],
      [{ a: 'abc' }, { a: { $eq: /B/i } }],
      [{ a: 'abc' }, { a: Object.assign(/b/g, { lastIndex: 3 }) }],
      [{ a: 'abc' }, { a: Object.assign(/a/y, { lastIndex: 3 }) }],
    ],
    [
      [{ a: 11 }, { a: /1/ }],
      [{ a: [[1]] }, { a: /1/ }],
      [{ a: /b/ }, { a: /b/i }],
      [{ a: 'abc' }, { a: /b/y }],
      [{}, { a: /undefined/ }],
    ],
  );
  test('E5: `lastIndex` is not moved, and every document is tested from the beginning', () => {
    const pattern = /a/g;
    const isA = compileWhere<{ a: string }>({ a: pattern });
    expect([1, 2, 3].map(() => isA({ a: 'a' }))).toEqual([true, true, true]);
    expect(pattern.lastIndex).toBe(0);
  });
  rule(
    'E6: dates by time, NaN equals NaN, -0 equals 0, 1n equals 1, bytes by bytes, a Blob itself; never across classes',
    [
      [{ a: new Date(5) }, { a: new Date(5) }],
      [{ a: Number.NaN }, { a: Number.NaN }],
      [{ a: -0 }, { a: 0 }],
      [{ a: 1n }, { a: 1 }],
      [{ a: 1 }, { a: 1n }],
      [{ a: new Uint8Array([1, 2]) }, { a: new Uint8Array([0, 1, 2]).subarray(1) }],
      [{ a: new Uint8Array([1, 2]).buffer }, { a: new Uint8Array([1, 2]) }],
      [{ a: blob }, { a: blob }],
      [{ a: new Map([[1, 2]]) }, { a: new Map([[1, 2]]) }],
    ],
    [
      [{ a: '1' }, { a: 1 }],
      [{ a: true }, { a: 1 }],
      [{ a: new Date(5) }, { a: 5 }],
      [{ a: 0 }, { a: false }],
      [{ a: '' }, { a: false }],
      [{ a: new Uint8Array([1, 3]) }, { a: new Uint8Array([1, 2]) }],
      [{ a: blob }, { a: new Blob(['a']) }],
      [{ a: new Map([[1, 2]]) }, { a: new Map([[1, 3]]) }],
      [{ a: new Set([1]) }, { a: new Map([[1, 1]]) }],
    ],
  );
  rule('E7: no document has an _id of null, false or empty text', [], [
    [{ _id: 'i' }, { _id: null }],
    [{ _id: 'i' }, { _id: false }],
    [{ _id: 'i' }, { _id: '' }],
  ]); // biome-ignore format: rows
});

describe('ranges', () => {
  rule(
    'R1: values of one class only, never an error',
    [
      [{ a: 2 }, { a: { $gt: 1 } }],
      [{ a: 2n }, { a: { $gt: 1.5 } }],
      [{ a: 'b' }, { a: { $gte: 'b' } }],
      [{ a: true }, { a: { $gt: false } }],
      [{ a: new Date(2) }, { a: { $lte: new Date(2) } }],
      [{ a: { b: 2 } }, { a: { $gt: { b: 1 } } }],
      [{ a: new Uint8Array([2]) }, { a: { $gt: new Uint8Array([1]) } }],
    ],
    [
      [{ a: '2' }, { a: { $gt: 1 } }],
      [{ a: 2 }, { a: { $gt: '1' } }],
      [{}, { a: { $lt: 1 } }],
      [{ a: null }, { a: { $lt: 1 } }],
      [{ a: new Date(2) }, { a: { $gt: 1 } }],
      [{ a: /b/ }, { a: { $gte: /b/ } }],
      [{ a: blob }, { a: { $gte: blob } }],
    ],
  );
  rule('R2: null is in a range with null and missing, and only with $gte and $lte', [
    [{ a: null }, { a: { $gte: null } }],
    [{}, { a: { $lte: null } }],
  ], [
    [{ a: null }, { a: { $gt: null } }],
    [{}, { a: { $lt: null } }],
    [{ a: 1 }, { a: { $gte: null } }],
  ]); // biome-ignore format: rows
  rule('R3: elements are tried one by one; an array as operand is compared whole, item by item', [
    [{ a: [1, 5] }, { a: { $gt: 4 } }],
    [{ a: [2, 4] }, { a: { $gt: [2, 3] } }],
    [{ a: [[3]] }, { a: { $gt: [2, 3] } }],
  ], [[{ a: [1, 2] }, { a: { $gt: [2, 3] } }]]); // biome-ignore format: rows
  rule('R4: each condition may be met by another element', [[{ a: [8, 12] }, { a: { $lt: 11, $gt: 9 } }]], [
    [{ a: [8, 12] }, { a: { $elemMatch: { $lt: 11, $gt: 9 } } }],
  ]); // biome-ignore format: rows
  rule('R5: NaN is in a range with itself alone', [
    [{ a: Number.NaN }, { a: { $gte: Number.NaN } }],
    [{ a: Number.NaN }, { a: { $lte: Number.NaN } }],
  ], [
    [{ a: Number.NaN }, { a: { $lt: 1 } }],
    [{ a: Number.NaN }, { a: { $gt: Number.NaN } }],
    [{ a: 1 }, { a: { $gt: Number.NaN } }],
  ]); // biome-ignore format: rows
});

describe('negation', () => {
  rule(
    'N1: it is of the whole document: no element may be equal, and missing is unequal',
    [
      [{}, { a: { $ne: 1 } }],
      [{ a: [2, 3] }, { a: { $ne: 1 } }],
    ],
    [
      [{ a: [1, 2] }, { a: { $ne: 1 } }],
      [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': { $ne: 1 } }],
    ],
  );
  rule('N2: each operator is negated by itself', [[{ a: [{ b: 3 }, { b: 7 }] }, { 'a.b': { $ne: 5, $gt: 6 } }]], [
    [{ a: [{ b: 5 }, { b: 7 }] }, { 'a.b': { $ne: 5, $gt: 6 } }],
    [{ a: [{ b: 3 }] }, { 'a.b': { $ne: 5, $gt: 6 } }],
  ]); // biome-ignore format: rows
  rule(
    'N3: $ne null asks for something there; $nin is not $in; $not takes operators or a RegExp and accepts missing',
    [
      [{ a: 0 }, { a: { $ne: null } }],
      [{ a: 'x' }, { a: { $nin: [null, /a/] } }],
      [{}, { a: { $not: { $gt: 5 } } }],
      [{ a: 5 }, { a: { $not: { $gt: 5 } } }],
      [{ a: 'b' }, { a: { $not: /a/ } }],
      [{ a: 1 }, { $nor: [{ a: 2 }, { b: 1 }] }],
    ],
    [
      [{}, { a: { $ne: null } }],
      [{}, { a: { $nin: [null] } }],
      [{ a: 'xa' }, { a: { $nin: [/a/] } }],
      [{ a: [1, 6] }, { a: { $not: { $gt: 5 } } }],
      [{ a: 'a' }, { a: { $not: /a/ } }],
      [{ a: 1 }, { $nor: [{ a: 1 }, { b: 1 }] }],
    ],
  );
  test('N3: $not refuses all else', () => {
    refused({ a: { $not: 5 } }, 'where.a.$not');
    refused({ a: { $not: {} } }, 'where.a.$not');
    refused({ a: { $not: { b: 1 } } }, 'where.a.$not');
  });
});

describe('operators', () => {
  rule(
    'O1: $in takes values, RegExps, null and arrays',
    [
      [{ a: 2 }, { a: { $in: [1, 2] } }],
      [{ a: [2] }, { a: { $in: [[1], [2]] } }],
      [{ a: 'xa' }, { a: { $in: ['b', /a/] } }],
      [{}, { a: { $in: [null] } }],
      [{ a: [0, 'b'] }, { a: { $in: ['b'] } }],
      [{ a: 1n }, { a: { $in: [1] } }],
    ],
    [
      [{ a: 2 }, { a: { $in: [] } }],
      [{ a: '2' }, { a: { $in: [2] } }],
    ],
  );
  test('O1: $in and $nin refuse what is no array, and operators in it', () => {
    refused({ a: { $in: 1 } }, 'where.a.$in');
    refused({ a: { $nin: { 0: 1 } } }, 'where.a.$nin');
    refused({ a: { $in: [{ $gt: 1 }] } }, 'where.a.$in');
  });
  rule(
    'O2: $exists asks whether anything is there, null too',
    [
      [{ a: null }, { a: { $exists: true } }],
      [{}, { a: { $exists: false } }],
      [{ a: [{}, { b: 1 }] }, { 'a.b': { $exists: true } }],
      [{ a: [1] }, { 'a.b': { $exists: false } }],
      [{}, { a: { $exists: 0 } }],
    ],
    [
      [{ a: null }, { a: { $exists: false } }],
      [{ a: [{}, { b: 1 }] }, { 'a.b': { $exists: false } }],
    ],
  );
  rule(
    'O3: $all wants every member matched, by value, RegExp or $elemMatch',
    [
      [{ a: [1, 2, 3] }, { a: { $all: [3, 1] } }],
      [{ a: 1 }, { a: { $all: [1] } }],
      [{ a: [1, 2] }, { a: { $all: [[1, 2]] } }],
      [{ a: ['ax', 'bx'] }, { a: { $all: [/^a/, /^b/] } }],
      [{ a: [{ b: 1 }, { b: 2 }] }, { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }],
    ],
    [
      [{ a: [1] }, { a: { $all: [1, 2] } }],
      [{ a: [1] }, { a: { $all: [] } }],
      [{ a: [{ b: 1 }] }, { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }],
    ],
  );
  test('O3: $all refuses other operators', () => {
    refused({ a: { $all: [{ $gt: 1 }] } }, 'where.a.$all');
    refused({ a: { $all: 1 } }, 'where.a.$all');
  });
  rule(
    'O4: $size is the length of the array itself',
    [
      [{ a: [1, 2] }, { a: { $size: 2 } }],
      [{ a: [{ b: [] }] }, { 'a.b': { $size: 0 } }],
    ],
    [
      [{ a: [[1, 2]] }, { a: { $size: 2 } }],
      [{ a: 'ab' }, { a: { $size: 2 } }],
      [{}, { a: { $size: 0 } }],
    ],
  );
  test('O4: $size refuses what is no length', () => {
    for (const size of [-1, 1.5, '1', Number.NaN]) refused({ a: { $size: size } }, 'where.a.$size');
  });
  rule(
    'O5: $elemMatch binds all conditions to one element, and does not look into one that is an array',
    [
      [{ a: [0, 3] }, { a: { $elemMatch: { $gt: 1, $lt: 5 } } }],
      [{ a: [{ b: 1, c: 2 }] }, { a: { $elemMatch: { b: 1, c: 2 } } }],
      [{ a: [{ b: 1 }] }, { a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }],
      [{ a: [[2]] }, { a: { $elemMatch: { $eq: [2] } } }],
      [{ a: [[2]] }, { 'a.0': { $elemMatch: { $gt: 1 } } }],
      [{ a: [{ b: [5] }] }, { a: { $elemMatch: { b: 5 } } }],
      [{ a: [{}] }, { a: { $elemMatch: {} } }],
    ],
    [
      [{ a: [{ b: 1 }, { c: 2 }] }, { a: { $elemMatch: { b: 1, c: 2 } } }],
      [{ a: [[2]] }, { a: { $elemMatch: { $gt: 1 } } }],
      [{ a: { b: 1 } }, { a: { $elemMatch: { b: 1 } } }],
      [{ a: 3 }, { a: { $elemMatch: { $gt: 1 } } }],
      [{ a: [1] }, { a: { $elemMatch: {} } }],
    ],
  );
  test('O5: $elemMatch refuses what is neither a filter nor operators', () => {
    refused({ a: { $elemMatch: 1 } }, 'where.a.$elemMatch');
    refused({ a: { $elemMatch: { $gt: 1, b: 1 } } }, 'where.a.$elemMatch.b');
  });
  rule(
    'O6: $mod compares the rest of a division, rounding towards zero',
    [
      [{ a: 5 }, { a: { $mod: [3, 2] } }],
      [{ a: -5 }, { a: { $mod: [3, -2] } }],
      [{ a: -4 }, { a: { $mod: [2, 0] } }],
      [{ a: 4.5 }, { a: { $mod: [4, 0] } }],
      [{ a: 5n }, { a: { $mod: [3, 2] } }],
      [{ a: [1, 5] }, { a: { $mod: [3, 2] } }],
    ],
    [
      [{ a: null }, { a: { $mod: [2, 0] } }],
      [{ a: '4' }, { a: { $mod: [2, 0] } }],
      [{ a: new Date(4) }, { a: { $mod: [2, 0] } }],
      [{ a: Number.NaN }, { a: { $mod: [2, 0] } }],
      [{ a: Number.POSITIVE_INFINITY }, { a: { $mod: [2, 0] } }],
    ],
  );
  test('O6: $mod refuses all but two numbers, and the divisor 0', () => {
    for (const operand of [3, [], [3], [3, 2, 1], ['3', 2], [0, 1], [0.5, 0], [3, Number.NaN], [Number.POSITIVE_INFINITY, 1]])
      refused({ a: { $mod: operand } }, 'where.a.$mod');
  });
  rule(
    'O7: $type names a class or several; elements are tried, and an array is itself an array',
    [
      ...['double', 1].map((type): [object, Filter] => [{ a: 1.5 }, { a: { $type: type } }]),
      ...['string', 2].map((type): [object, Filter] => [{ a: '' }, { a: { $type: type } }]),
      ...['object', 3].map((type): [object, Filter] => [{ a: {} }, { a: { $type: type } }]),
      ...['array', 4].map((type): [object, Filter] => [{ a: [] }, { a: { $type: type } }]),
      ...['binData', 5].map((type): [object, Filter] => [{ a: new ArrayBuffer(1) }, { a: { $type: type } }]),
      ...['bool', 8].map((type): [object, Filter] => [{ a: false }, { a: { $type: type } }]),
      ...['date', 9].map((type): [object, Filter] => [{ a: new Date(0) }, { a: { $type: type } }]),
      ...['null', 10].map((type): [object, Filter] => [{ a: null }, { a: { $type: type } }]),
      ...['regex', 11].map((type): [object, Filter] => [{ a: /a/ }, { a: { $type: type } }]),
      ...['int', 16, 'number'].map((type): [object, Filter] => [{ a: -5 }, { a: { $type: type } }]),
      ...['long', 18, 'number'].map((type): [object, Filter] => [{ a: 5n }, { a: { $type: type } }]),
      [{ a: 2 ** 31 }, { a: { $type: 'double' } }],
      [{ a: ['b', 1] }, { a: { $type: 'string' } }],
      [{ a: 1 }, { a: { $type: ['string', 'number'] } }],
    ],
    [
      [{ a: 1 }, { a: { $type: 'double' } }],
      [{ a: 1.5 }, { a: { $type: 'int' } }],
      [{}, { a: { $type: 'null' } }],
      [{ a: blob }, { a: { $type: ['object', 'binData'] } }],
      [{ a: [{ b: 1 }] }, { 'a.b': { $type: 'array' } }],
    ],
  );
  test('O7: $type refuses a type that no document has', () => {
    for (const type of ['decimal', 'toString', 7, Number.NaN, [], ['string', 'x']]) refused({ a: { $type: type } }, 'where.a.$type');
  });
  rule('O8: $regex is a RegExp of the app', [[{ a: 'Abc' }, { a: { $regex: /^a/i } }]], [[{ a: 'xAbc' }, { a: { $regex: /^a/i } }]]);
  test('O8: a pattern as text, which may come from data, is refused, and so are $options of it', () => {
    refused({ a: { $regex: '^a' } }, 'where.a.$regex');
    refused({ a: { $regex: /a/, $options: 'i' } }, 'where.a.$options');
  });
  rule('O9: $and, $or and $nor join filters', [
    [{ a: 1, b: 2 }, { $and: [{ a: 1 }, { b: 2 }] }],
    [{ a: 1 }, { $or: [{ a: 2 }, { a: 1 }] }],
    [{ a: 1 }, { a: 1, $or: [{ $and: [{ a: 1 }] }] }],
  ], [
    [{ a: 1 }, { $and: [{ a: 1 }, { b: 2 }] }],
    [{ a: 1 }, { $or: [{ a: 2 }, { b: 1 }] }],
    [{ a: 1 }, { a: 2, $or: [{ a: 1 }] }],
  ]); // biome-ignore format: rows
  test('O9: they refuse what is no array of filters', () => {
    for (const name of ['$and', '$or', '$nor']) {
      refused({ [name]: [] }, `where.${name}`);
      refused({ [name]: { a: 1 } }, `where.${name}`);
      refused({ [name]: [{ a: 1 }, 5] }, `where.${name}.1`);
    }
  });
  rule('O10: an empty filter matches everything, an empty object is an equality', [
    [{}, {}],
    [{ a: {} }, { a: {} }],
  ], [[{ a: { b: 1 } }, { a: {} }]]); // biome-ignore format: rows
  test('O10: unknown operators, and operators beside plain keys, are refused', () => {
    refused({ a: { $near: 1 } }, 'where.a.$near');
    refused({ a: { $gt: 1, b: 2 } }, 'where.a.b');
    refused({ $not: { a: 1 } }, 'where.$not');
    refused({ a: { $and: [] } }, 'where.a.$and');
    refused({ a: { $toString: 1 } }, 'where.a.$toString');
    refused([], 'where');
    refused(5, 'where');
  });
  test('O11: $where and the operators that run code or need a server are refused', () => {
    for (const name of ['$where', '$expr', '$jsonSchema', '$text', '$comment']) refused({ [name]: 1 }, `where.${name}`);
    for (const name of ['$bitsAllSet', '$geoWithin']) refused({ a: { [name]: 1 } }, `where.a.${name}`);
  });
  rule(
    'O12: $contains is a part of a text or an element of an array, nothing else',
    [
      [{ a: 'abc' }, { a: { $contains: 'b' } }],
      [{ a: 'ABC' }, { a: { $contains: 'b', $options: 'i' } }],
      [{ a: ['x', 'b'] }, { a: { $contains: 'b' } }],
      [{ a: [{ b: 1 }] }, { a: { $contains: { b: 1 } } }],
      [{ a: [[1]] }, { a: { $contains: [1] } }],
      [{ a: [null] }, { a: { $contains: null } }],
      [{ a: [{ b: 'xyz' }] }, { 'a.b': { $contains: 'y' } }],
    ],
    [
      [{ a: 'ABC' }, { a: { $contains: 'b' } }],
      [{ a: ['abc'] }, { a: { $contains: 'b' } }],
      [{ a: 12 }, { a: { $contains: '1' } }],
      [{ a: '12' }, { a: { $contains: 1 } }],
      [{}, { a: { $contains: null } }],
      [{ a: { b: 1 } }, { a: { $contains: 'b' } }],
    ],
  );
  rule('O12: $startsWith is the beginning of a text, in an array of one of them', [
    [{ a: 'abc' }, { a: { $startsWith: 'ab' } }],
    [{ a: 'ABC' }, { a: { $startsWith: 'ab', $options: 'i' } }],
    [{ a: ['x', 'abc'] }, { a: { $startsWith: 'ab' } }],
    [{ a: 'a.c' }, { a: { $startsWith: 'a.' } }],
  ], [
    [{ a: 'abc' }, { a: { $startsWith: 'bc' } }],
    [{ a: 'abc' }, { a: { $startsWith: 'a.' } }],
    [{ a: 12 }, { a: { $startsWith: '1' } }],
  ]); // biome-ignore format: rows
  test('O12: they refuse what they cannot use', () => {
    refused({ a: { $startsWith: /a/ } }, 'where.a.$startsWith');
    refused({ a: { $contains: 'a', $options: 'x' } }, 'where.a.$options');
    refused({ a: { $gt: 1, $options: 'i' } }, 'where.a.$options');
    refused({ a: () => true }, 'where.a');
  });
});

test('a filter that holds itself is refused instead of overflowing the stack', () => {
  const where: Filter = {};
  where.$and = [where];
  expect(() => compileWhere(where as Where<object>)).toThrow(/levels/);
});
