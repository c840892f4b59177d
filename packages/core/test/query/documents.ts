import * as fc from 'fast-check';

export type Doc = Record<string, unknown> & { _id: string };

const names = ['a', 'b', '0', '1'];

/** Few values, so that they meet; all classes, and what is equal though it is written differently. */
const scalar: fc.Arbitrary<unknown> = fc.constantFrom<unknown[]>(
  null,
  0,
  -0,
  1,
  1n,
  2,
  -3,
  1.5,
  Number.NaN,
  '',
  'a',
  'ab',
  'A',
  '\u{1f600}',
  '\uffff',
  true,
  false,
  new Date(0),
  new Date(7),
  /a/,
  /a/i,
  new Uint8Array([1, 2]),
  new Uint8Array([1, 2]).buffer,
  new Uint8Array([3]),
);

const tree = fc.letrec<{ value: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    { weight: 3, arbitrary: tie('list') },
    { weight: 3, arbitrary: tie('object') },
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 2, noNullPrototype: true }),
}));

export const value: fc.Arbitrary<unknown> = tree.value;

export const document: fc.Arbitrary<Doc> = fc
  .record({ _id: fc.constantFrom('i', 'j', 'k'), a: tree.value, b: tree.value, '0': tree.value }, { requiredKeys: ['_id', 'a'] })
  .map((fields) => ({ ...fields }));

/** Mostly what leads somewhere in these documents. */
const path: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('a', 'a', 'a', 'b', '0', 'x'), fc.array(fc.constantFrom(...names), { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest].join('.'));

const operand = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: tree.value });
const values = fc.array(operand, { maxLength: 3 });
const typeName = fc.constantFrom(
  'double',
  'string',
  'object',
  'array',
  'binData',
  'bool',
  'date',
  'null',
  'regex',
  'int',
  'long',
  'number',
  1,
  4,
);
const text = fc.constantFrom('', 'a', 'A', 'b', 'ab');

const filters = fc.letrec<{ filter: object; condition: unknown; operators: object; element: object }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 5, arbitrary: fc.dictionary(path, tie('condition'), { minKeys: 1, maxKeys: 2, noNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('filter'), { minLength: 1, maxLength: 2 }))
        .map(([name, parts]) => ({ [name]: parts })),
    },
  ),
  condition: fc.oneof({ weight: 1, arbitrary: operand }, { weight: 3, arbitrary: tie('operators') }),
  operators: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.dictionary(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), operand, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
    fc.dictionary(fc.constantFrom('$in', '$nin', '$all'), values, { minKeys: 1, maxKeys: 1, noNullPrototype: true }),
    fc.oneof(
      fc.record({ $exists: fc.boolean() }),
      fc.record({ $size: fc.nat(3) }),
      fc.record({ $mod: fc.tuple(fc.constantFrom(1, 2, -2), fc.constantFrom(0, 1)) }),
      fc.record({ $type: fc.oneof(typeName, fc.array(typeName, { minLength: 1, maxLength: 2 })) }),
      fc.record({ $regex: fc.constantFrom(/a/, /^A/iy, /b/g) }),
      fc.record({ $startsWith: text, $options: fc.constant('i') }, { requiredKeys: ['$startsWith'] }),
      fc.record({ $contains: text, $options: fc.constant('i') }, { requiredKeys: ['$contains'] }),
      fc.record({ $contains: operand }),
    ),
    fc.record({ $not: tie('operators') }),
    fc.record({ $elemMatch: tie('element') }),
    fc.record({ $all: fc.array(fc.record({ $elemMatch: tie('element') }), { maxLength: 2 }) }),
  ),
  element: fc.oneof(tie('operators'), tie('filter')),
}));

export const filter: fc.Arbitrary<object> = filters.filter;

export const sort: fc.Arbitrary<Record<string, 1 | -1>> = fc.dictionary(path, fc.constantFrom(1, -1), {
  maxKeys: 2,
  noNullPrototype: true,
});

const amount = fc.constantFrom<unknown[]>(0, 1, -2, 1.5, 1n);
const dictionary = <T>(operand: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(path, operand, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
const each = fc.record({ $each: values });

/** Also updates that cannot be done. */
export const update: fc.Arbitrary<object> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'x'), fc.oneof(operand, fc.constant(undefined)), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  },
  {
    weight: 9,
    arbitrary: fc
      .array(
        fc.oneof(
          fc.record({ $set: dictionary(operand) }),
          fc.record({ $unset: dictionary(fc.constant(true)) }),
          fc.record({ $inc: dictionary(amount) }),
          fc.record({ $mul: dictionary(amount) }),
          fc.record({ $min: dictionary(operand) }),
          fc.record({ $max: dictionary(operand) }),
          fc.record({ $push: dictionary(operand) }),
          fc.record({
            $push: dictionary(
              fc.record(
                {
                  $each: values,
                  $position: fc.integer({ min: -2, max: 3 }),
                  $sort: fc.constantFrom(1, -1),
                  $slice: fc.integer({ min: -2, max: 3 }),
                },
                { requiredKeys: ['$each'] },
              ),
            ),
          }),
          fc.record({ $addToSet: dictionary(fc.oneof(operand, each)) }),
          fc.record({ $pull: dictionary(fc.oneof(operand, filters.element)) }),
          fc.record({ $pop: dictionary(fc.constantFrom(1, -1)) }),
          fc.record({ $rename: dictionary(path) }),
          fc.record({ $currentDate: dictionary(fc.constant(true)) }),
        ),
        { minLength: 1, maxLength: 2 },
      )
      .map((parts) => Object.assign({}, ...parts)),
  },
);
