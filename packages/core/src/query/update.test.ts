import { describe, expect, test } from 'vitest';
import { applyOperations, type Operation } from './operations.ts';
import { applyUpdate, toOperations } from './update.ts';
import type { Update } from './update-type.ts';

const now = (): number => 5;
const updated = (document: object, update: object): object => applyUpdate(document, update as Update<object>, now);
const operations = (document: object, update: object): readonly Operation[] => toOperations(document, update as Update<object>, now);

/** Refused, with the place in `path`, and the document is as it was. */
function refused(document: object, update: unknown, path: string): void {
  const copy = structuredClone(document);
  const error = expect.objectContaining({ name: 'StoreError', code: 'INVALID_ARGUMENT', path });
  expect(() => updated(document, update as object), JSON.stringify(update)).toThrow(error);
  expect(document).toEqual(copy);
}

/** Both the same object and equal to what it was. */
function untouched(document: object, update: object): void {
  const copy = structuredClone(document);
  expect(updated(document, update)).toBe(document);
  expect(document).toEqual(copy);
  expect(operations(document, update)).toEqual([]);
}

describe('a patch', () => {
  test('replaces whole fields and leaves the others as they are', () => {
    const before = { _id: 'x', a: 1, b: { c: 1 }, d: [1] };
    const after = updated(before, { a: 2, b: { e: 1 } });
    expect(after).toEqual({ _id: 'x', a: 2, b: { e: 1 }, d: [1] });
    expect((after as typeof before).d).toBe(before.d);
    expect(before).toEqual({ _id: 'x', a: 1, b: { c: 1 }, d: [1] });
  });

  test('takes away what it says is undefined', () => {
    expect(updated({ a: 1, b: 1 }, { a: undefined, c: undefined })).toEqual({ b: 1 });
    expect(Object.keys(updated({ a: 1 }, { a: undefined }))).toEqual([]);
  });

  test('names whole fields, not paths', () => {
    refused({ a: { b: 1 } }, { 'a.b': 2 }, 'a.b');
  });

  test('may say the _id that the document has', () => {
    expect(updated({ _id: 'x', a: 1 }, { _id: 'x', a: 2 })).toEqual({ _id: 'x', a: 2 });
  });
});

describe('values', () => {
  test('V1: undefined is not stored; in an array it becomes null', () => {
    expect(updated({}, { $set: { a: { b: undefined, c: [1, undefined] } } })).toStrictEqual({ a: { c: [1, null] } });
    expect(updated({ a: [] }, { $push: { a: undefined } })).toStrictEqual({ a: [null] });
    expect(updated({ a: 1 }, { $set: { a: undefined } })).toStrictEqual({});
  });

  test('V1: what needs no change is stored as it is', () => {
    for (const value of [{ b: 1 }, [{ b: 1 }], { b: [{ c: new Date(0) }] }])
      expect((updated({}, { a: value }) as { a: unknown }).a).toBe(value);
  });

  test('a value that holds itself is refused instead of overflowing the stack', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    expect(() => updated({}, { $set: { a: value } })).toThrow(/levels/);
  });
});

describe('operators', () => {
  test('U1: $set makes the objects on its way and pads arrays with null', () => {
    expect(updated({}, { $set: { 'a.b.0': 1 } })).toEqual({ a: { b: { 0: 1 } } });
    expect(updated({ a: [1] }, { $set: { 'a.3': 2 } })).toEqual({ a: [1, null, null, 2] });
    expect(updated({ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } })).toEqual({ a: [{ b: 2 }] });
  });

  test('U1: $set does not pass through a scalar, null, or an array without an index', () => {
    for (const a of [1, 'x', null, new Date(0), new Map()]) refused({ a }, { $set: { 'a.b': 1 } }, '$set.a.b');
    refused({ a: [] }, { $set: { 'a.b': 1 } }, '$set.a.b');
    refused({ a: [] }, { $set: { 'a.01': 1 } }, '$set.a.01');
    refused({ a: [] }, { $set: { 'a.99999999': 1 } }, '$set.a.99999999');
  });

  test('U1: $unset takes away, leaves null in an array, and does nothing where nothing is', () => {
    expect(updated({ a: { b: 1, c: 2 } }, { $unset: { 'a.b': true } })).toStrictEqual({ a: { c: 2 } });
    expect(updated({ a: [1, 2, 3] }, { $unset: { 'a.1': true } })).toEqual({ a: [1, null, 3] });
    untouched({ a: 1 }, { $unset: { 'b.c': true } });
    untouched({ a: 1 }, { $unset: { 'a.b': true } });
    untouched({ a: [null] }, { $unset: { 'a.0': true } });
    untouched({ a: [1] }, { $unset: { 'a.5': true } });
  });

  test('U2: $inc and $mul count, from nothing as from 0', () => {
    expect(updated({ a: 2, b: 2n }, { $inc: { a: 3, b: 3n, c: 4 } })).toEqual({ a: 5, b: 5n, c: 4 });
    expect(updated({ a: 2, b: 2n }, { $mul: { a: 3, b: 3n, c: 4, d: 4n } })).toEqual({ a: 6, b: 6n, c: 0, d: 0n });
  });

  test('U2: they refuse what is no number, and a bigint with a number', () => {
    for (const name of ['$inc', '$mul']) {
      for (const a of ['1', null, {}, [1], true, 1n]) refused({ a }, { [name]: { a: 1 } }, `${name}.a`);
      for (const operand of ['1', null, undefined, {}]) refused({ a: 1 }, { [name]: { a: operand } }, `${name}.a`);
    }
  });

  test('U3: $min and $max go by the order of all values, and set what is missing', () => {
    expect(updated({ a: 5, b: 5, c: 'x', d: null }, { $min: { a: 3, b: 9, c: 1, d: 0, e: 1 } })).toEqual({
      a: 3,
      b: 5,
      c: 1,
      d: null,
      e: 1,
    });
    expect(updated({ a: 5, b: 5, c: 'x', d: null }, { $max: { a: 3, b: 9, c: 1, d: 0, e: 1 } })).toEqual({
      a: 5,
      b: 9,
      c: 'x',
      d: 0,
      e: 1,
    });
    untouched({ a: 1, b: 1n }, { $min: { a: 1n }, $max: { b: 1 } });
    refused({}, { $min: { a: undefined } }, '$min.a');
  });

  test('U4: $push adds one or $each, then sorts, then slices', () => {
    expect(updated({ a: [1] }, { $push: { a: 2 } })).toEqual({ a: [1, 2] });
    expect(updated({ a: [1] }, { $push: { a: [2, 3] } })).toEqual({ a: [1, [2, 3]] });
    expect(updated({}, { $push: { a: 1 } })).toEqual({ a: [1] });
    expect(updated({ a: [1, 2] }, { $push: { a: { $each: [8, 9], $position: 1 } } })).toEqual({ a: [1, 8, 9, 2] });
    expect(updated({ a: [1, 2] }, { $push: { a: { $each: [9], $position: -1 } } })).toEqual({ a: [1, 9, 2] });
    expect(updated({ a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1 } } })).toEqual({ a: [3, 2, 1] });
    expect(updated({ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1, $slice: 2 } } })).toEqual({ a: [1, 2] });
    expect(updated({ a: [1, 2] }, { $push: { a: { $each: [3], $slice: -2 } } })).toEqual({ a: [2, 3] });
    expect(updated({ a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } })).toEqual({ a: [] });
    expect(updated({ a: [{ b: 2 }, 5, null] }, { $push: { a: { $each: [{ b: 1 }], $sort: { b: 1 } } } })).toEqual({
      a: [5, null, { b: 1 }, { b: 2 }],
    });
  });

  test('U4: $push refuses what is no array, and modifiers that are none', () => {
    for (const a of [1, null, {}]) refused({ a }, { $push: { a: 1 } }, '$push.a');
    for (const more of [
      { $position: 1.5 },
      { $slice: '1' },
      { $sort: 2 },
      { $sort: { b: 1, c: 'up' } },
      { $sort: null, $slice: null },
      { $limit: 1 },
      { b: 1 },
    ])
      refused({ a: [] }, { $push: { a: { $each: [], ...more } } }, '$push.a');
    refused({ a: [] }, { $push: { a: { $each: 1 } } }, '$push.a');
    refused({ a: [] }, { $push: { a: { $slice: 1 } } }, '$push.a.$slice');
  });

  test('U5: $addToSet adds what is not there, by equality of values', () => {
    expect(updated({ a: [1] }, { $addToSet: { a: 2 } })).toEqual({ a: [1, 2] });
    expect(updated({ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2, { b: 1 }, { b: 1 }] } } })).toEqual({ a: [1, 2, { b: 1 }] });
    expect(updated({}, { $addToSet: { a: [1] } })).toEqual({ a: [[1]] });
    untouched({ a: [{ b: 1, c: 2 }, new Date(5)] }, { $addToSet: { a: { $each: [{ c: 2, b: 1 }, new Date(5)] } } }); // biome-ignore format: one line
    refused({ a: {} }, { $addToSet: { a: 1 } }, '$addToSet.a');
    refused({ a: [] }, { $addToSet: { a: { $each: [1], $slice: 1 } } }, '$addToSet.a');
  });

  test('U5: $pull takes out by value, pattern, operators, or a filter of object elements', () => {
    expect(updated({ a: [1, 2, 1] }, { $pull: { a: 1 } })).toEqual({ a: [2] });
    expect(updated({ a: ['xa', 'b', 5] }, { $pull: { a: /a/ } })).toEqual({ a: ['b', 5] });
    expect(updated({ a: [1, 5, 9, 'x'] }, { $pull: { a: { $gt: 4 } } })).toEqual({ a: [1, 'x'] });
    expect(updated({ a: [1, 2, 3] }, { $pull: { a: { $in: [1, 3] } } })).toEqual({ a: [2] });
    expect(updated({ a: [{ b: 1, c: 1 }, { b: 2 }, 1] }, { $pull: { a: { b: 1 } } })).toEqual({ a: [{ b: 2 }, 1] });
    expect(updated({ a: [[1], [2], 1] }, { $pull: { a: [1] } })).toEqual({ a: [[2], 1] });
    expect(updated({ a: [null, 1] }, { $pull: { a: null } })).toEqual({ a: [1] });
    untouched({ a: [[5]] }, { $pull: { a: { $gt: 4 } } });
    untouched({ b: 1 }, { $pull: { a: 1 } });
    refused({ a: 1 }, { $pull: { a: 1 } }, '$pull.a');
    refused({ a: [1] }, { $pull: { a: undefined } }, '$pull.a');
    refused({ a: [1] }, { $pull: { a: { $foo: 1 } } }, '$pull.a.$foo');
  });

  test('U5: $pop takes the last or the first', () => {
    expect(updated({ a: [1, 2, 3] }, { $pop: { a: 1 } })).toEqual({ a: [1, 2] });
    expect(updated({ a: [1, 2, 3] }, { $pop: { a: -1 } })).toEqual({ a: [2, 3] });
    untouched({ a: [] }, { $pop: { a: 1 } });
    untouched({}, { $pop: { a: 1 } });
    refused({ a: 1 }, { $pop: { a: 1 } }, '$pop.a');
    refused({ a: [1] }, { $pop: { a: 2 } }, '$pop.a');
  });

  test('U6: $rename moves a field, over what is there', () => {
    expect(updated({ a: { b: 1 }, c: 2 }, { $rename: { 'a.b': 'd.e' } })).toStrictEqual({ a: {}, c: 2, d: { e: 1 } });
    expect(updated({ a: 1, b: 2 }, { $rename: { a: 'b' } })).toStrictEqual({ b: 1 });
    untouched({ b: 2 }, { $rename: { a: 'b' } });
    refused({ a: [1] }, { $rename: { 'a.0': 'b' } }, '$rename.a.0');
    refused({ a: 1, b: [1] }, { $rename: { a: 'b.0' } }, '$rename.a');
    refused({ a: 1 }, { $rename: { a: 'a' } }, '$rename.a');
    refused({ a: 1 }, { $rename: { a: 5 } }, '$rename.a');
  });

  test('U6: $currentDate is the time of the clock it is given', () => {
    expect(updated({}, { $currentDate: { a: true, b: { $type: 'date' } } })).toEqual({ a: new Date(5), b: new Date(5) });
    for (const operand of [false, 1, { $type: 'timestamp' }, {}]) refused({}, { $currentDate: { a: operand } }, '$currentDate.a');
  });

  test('U6, U7: operators and placeholders that are not offered are refused', () => {
    for (const name of ['$bit', '$setOnInsert', '$pullAll', '$toString', '$push ']) refused({}, { [name]: { a: 1 } }, `${name}.a`);
    refused({ a: [1] }, { $set: { 'a.$': 1 } }, '$set.a.$');
    refused({ a: [1] }, { $set: { 'a.$[]': 1 } }, '$set.a.$[]');
  });

  test('U8: one path twice, or with a part of itself, is refused', () => {
    refused({ a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, '$set.a');
    refused({}, { $set: { a: {}, 'a.b': 1 } }, '$set.a.b');
    refused({}, { $set: { 'a.b.c': 1 }, $unset: { 'a.b': true } }, '$set.a.b.c');
    refused({ a: 1 }, { $rename: { a: 'b' }, $set: { 'b.c': 1 } }, '$set.b.c');
    expect(updated({}, { $set: { 'a.b': 1, ab: 1, 'a.c': 1 } })).toEqual({ a: { b: 1, c: 1 }, ab: 1 });
  });

  test('U9: the _id never changes', () => {
    for (const update of [
      { _id: 'y' },
      { $set: { _id: 'y' } },
      { $unset: { _id: true } },
      { $rename: { _id: 'a' } },
      { $rename: { a: '_id' } },
    ])
      refused({ _id: 'x', a: 1 }, update, '_id');
    untouched({ _id: 'x' }, { $set: { _id: 'x' } });
  });

  test('U9: names that are operators, have a NUL, are empty, or lead out of the data are refused', () => {
    for (const path of ['$a', 'a.$b', 'a\0', 'a..b', '', '__proto__.x', 'a.constructor.b', 'prototype'])
      refused({ a: {} }, { $set: { [path]: 1 } }, `$set.${path}`);
    refused({}, { ['__proto__']: { x: 1 } }, '__proto__');
    refused({}, { $set: { a: { $gt: 1 } } }, '$set.a.$gt');
    refused({}, { $set: { a: [{ 'b\0': 1 }] } }, '$set.a.0.b\0');
    refused({ a: 1 }, { $rename: { a: '__proto__' } }, '$rename.a');
    expect(Object.getPrototypeOf(updated({}, { $set: { a: JSON.parse('{"__proto__":{"x":1},"y":[{"z":1}]}') } }))).toBe(Object.prototype);
  });

  test('U9: operators beside plain fields, and what is no update, are refused', () => {
    refused({}, { $set: { a: 1 }, b: { c: 1 } }, 'b.c');
    refused({}, { $set: { a: 1 }, b: 1 }, 'b');
    refused({}, { $set: 1 }, '$set');
    for (const update of [undefined, null, 5, [], 'x']) refused({}, update, 'update');
  });

  test('U11: what changes nothing returns the very document and amounts to nothing', () => {
    const document = { _id: 'x', a: { b: [1, { c: new Date(0) }] }, n: 0 };
    for (const update of [
      {},
      { a: { b: [1, { c: new Date(0) }] } },
      { $set: {} },
      { $set: { 'a.b.1.c': new Date(0) } },
      { $inc: { n: 0 } },
      { $min: { n: 5 } },
    ])
      untouched(document, update);
  });

  test('U12: a refusal leaves nothing half done', () => {
    refused({ a: 1, b: 'x' }, { $set: { a: 2 }, $inc: { b: 1 } }, '$inc.b');
  });
});

describe('operations', () => {
  test('say what happens to each path, in plain data', () => {
    const document = { a: 1, b: [1, 5, 9], c: 1, d: 1, same: 1 };
    expect(
      operations(document, {
        $set: { 'x.y': 1, same: 1 },
        $inc: { a: 2 },
        $pull: { b: { $gt: 4 } },
        $unset: { c: true },
        $rename: { d: 'e' },
      }),
    ).toEqual([
      ['set', 'x.y', 1],
      ['inc', 'a', 2],
      ['pull', 'b', [5, 9]],
      ['unset', 'c'],
      ['rename', 'd', 'e'],
    ]);
    expect(operations({}, { $currentDate: { a: true } })).toEqual([['set', 'a', new Date(5)]]);
  });

  test('of two tabs both count, where they change different paths or only count', () => {
    const base = { a: { x: 1, y: 1 }, n: 1 };
    const mine = operations(base, { $set: { 'a.x': 2 }, $inc: { n: 1 } });
    const theirs = operations(base, { $set: { 'a.y': 3 }, $inc: { n: 10 } });
    for (const both of [[...mine, ...theirs], [...theirs, ...mine]]) // biome-ignore format: one line
      expect(applyOperations(base, both)).toEqual({ a: { x: 2, y: 3 }, n: 12 });
  });

  test('the last writer wins over what is in the way', () => {
    expect(applyOperations({ a: 'text' }, [['set', 'a.b', 1]])).toEqual({ a: { b: 1 } });
    expect(applyOperations({ a: 'text' }, [['inc', 'a', 2]])).toEqual({ a: 2 });
    expect(applyOperations({ a: 'text' }, [['push', 'a', { $each: [1] }]])).toEqual({ a: [1] });
    expect(applyOperations({ a: 1n }, [['mul', 'a', 2]])).toEqual({ a: 0 });
    expect(applyOperations({ a: 'text' }, [['pop', 'a', 1]])).toEqual({ a: 'text' });
  });

  test('that no longer sort are applied unsorted', () => {
    const push: Operation = ['push', 'a', { $each: [{ b: [1], c: [2] }], $sort: { b: 1, c: 1 } }];
    expect(applyOperations({ a: [{}] }, [push])).toEqual({ a: [{}, { b: [1], c: [2] }] });
    refused({ a: [{}] }, { $push: { a: push[2] } }, '$push.a');
  });

  test('do not lead out of the data', () => {
    const document = { a: {} };
    for (const path of ['__proto__.x', 'a.__proto__.x', 'constructor.x'])
      expect(applyOperations(document, [['set', path, 1]])).toBe(document);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('of a newer build are refused', () => {
    expect(() => applyOperations({}, [['merge' as never, 'a', 1]])).toThrow(expect.objectContaining({ code: 'NEWER_DATA' }));
  });
});
