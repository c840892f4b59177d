// A second opinion that shares no author with the first, where mingo keeps the rules. What it is known to get wrong stands below,
// so that a mingo that has learnt a rule is noticed.
import * as fc from 'fast-check';
import { Query } from 'mingo';
import { describe, expect, test } from 'vitest';
import type { Where } from '../../src/query/conditions.ts';
import { compileWhere } from '../../src/query/where.ts';

const CASES = 10_000;

const scalar = fc.constantFrom<unknown[]>(0, 1, 2, -3, 1.5, '', 'a', 'ab', 'b', true, false, new Date(0), new Date(7));
const scalars = fc.array(scalar, { maxLength: 3 });
const dictionary = <T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(keys, values, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
const flat = fc.record({ a: scalar, b: scalar }, { requiredKeys: [], noNullPrototype: true });
const inner = fc.record({ a: fc.oneof(scalar, scalars), b: scalar }, { requiredKeys: [], noNullPrototype: true });

const document = fc.record(
  {
    _id: fc.constant('i'),
    a: fc.oneof(scalar, scalars, inner, fc.array(flat, { maxLength: 3 })),
    b: fc.oneof(scalar, inner, fc.constant(null)),
    list: scalars,
    objects: fc.array(flat, { maxLength: 3 }),
    number: fc.constantFrom(0, 1, 2, 5, -3),
  },
  { requiredKeys: ['_id'], noNullPrototype: true },
);

const anywhere: fc.Arbitrary<object> = fc.letrec<{ operators: object }>((tie) => ({
  operators: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: dictionary(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), scalar) },
    { weight: 1, arbitrary: fc.oneof(fc.record({ $in: scalars }), fc.record({ $nin: scalars })) },
    { weight: 1, arbitrary: fc.oneof(fc.record({ $exists: fc.boolean() }), fc.record({ $regex: fc.constantFrom(/a/, /^b/) })) },
    { weight: 1, arbitrary: fc.record({ $not: tie('operators') }) },
  ),
})).operators;
const field = fc.oneof(
  { weight: 4, arbitrary: dictionary(fc.constantFrom('a', 'b', 'a.a', 'a.b', 'b.a', 'list', 'objects.a'), fc.oneof(scalar, anywhere)) },
  {
    weight: 2,
    arbitrary: fc.record({
      list: fc.oneof(fc.record({ $size: fc.nat(3) }), fc.record({ $all: scalars }), fc.record({ $elemMatch: anywhere })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ objects: fc.record({ $elemMatch: dictionary(fc.constantFrom('a', 'b'), fc.oneof(scalar, anywhere)) }) }),
  },
  { weight: 1, arbitrary: fc.record({ number: fc.record({ $mod: fc.tuple(fc.constantFrom(2, 3), fc.constantFrom(0, 1)) }) }) },
  { weight: 1, arbitrary: fc.record({ 'b.b': fc.record({ $type: fc.constantFrom('string', 'bool', 'date', 'number') }) }) },
);
const filter: fc.Arbitrary<object> = fc.letrec<{ filter: object }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: field },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('filter'), { minLength: 1, maxLength: 2 }))
        .map(([name, parts]) => ({ [name]: parts })),
    },
  ),
})).filter;

const ours = (document: object, where: object): boolean => compileWhere(where as Where<object>)(document);
const theirs = (document: object, where: object): boolean => new Query(where as never, {}).test(document as never);

test('mingo answers as we do where it keeps the rules', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.property(document, filter, (each, where) => ours(each, where) === theirs(each, where)),
    { numRuns: CASES },
  );
});

describe('mingo is known to answer otherwise', () => {
  test.each<[rule: string, document: object, where: object, right: boolean]>([
    ['P3', { a: [0, { 1: 2 }, 3] }, { 'a.1': 2 }, true],
    ['P4', { a: [[6, 7], [8, 9]] }, { 'a.1': 8 }, false], // biome-ignore format: one line a case
    ['E3', { a: [{ b: 1 }, 2, {}] }, { 'a.b': null }, true],
    ['E5', { a: /x/ }, { a: /x/ }, true],
    ['R2', {}, { a: { $gte: null } }, true],
    ['O1', { a: [2] }, { a: { $in: [[1], [2]] } }, true],
    ['O3', { a: [{ b: 1 }] }, { a: { $elemMatch: { b: { $all: [1] } } } }, true],
    ['O4', { a: [{}] }, { 'a.b': { $size: 0 } }, false],
    ['O5', { a: [[2]] }, { a: { $elemMatch: { $gt: 1 } } }, false],
    ['O6', { a: 4.5 }, { a: { $mod: [4, 0] } }, true],
    ['O6', { a: null }, { a: { $mod: [2, 0] } }, false],
    ['O7', { a: ['b', 1] }, { a: { $type: 'string' } }, true],
    ['O7', { a: [{ b: 1 }] }, { 'a.b': { $type: 'array' } }, false],
  ])('%s %j %j', (_, document, where, right) => {
    expect(ours(document, where)).toBe(right);
    expect(theirs(document, where)).toBe(!right);
  });
});
