import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare } from '../../src/query/order.ts';
import { compileSort, type Sort } from '../../src/query/sort.ts';
import { type Doc, document, sort, value } from './documents.ts';
import { orderOf, orderOfDocuments } from './oracle.ts';

const CASES = 10_000;
const timeout = 60_000;
const options = { numRuns: CASES };

describe('the order of values', () => {
  test('is the order that is written down', { timeout }, async () => {
    await fc.assert(
      fc.property(value, value, (a, b) => Math.sign(compare(a, b)) === Math.sign(orderOf(a, b))),
      options,
    );
  });

  test('is antisymmetric', { timeout }, async () => {
    await fc.assert(
      fc.property(value, value, (a, b) => Math.sign(compare(a, b)) + Math.sign(compare(b, a)) === 0),
      options,
    );
  });

  test('is transitive', { timeout }, async () => {
    await fc.assert(
      fc.property(fc.array(value, { minLength: 3, maxLength: 3 }), (values) => {
        const [a, b, c] = values.sort(compare);
        expect(compare(a, b)).toBeLessThanOrEqual(0);
        expect(compare(b, c)).toBeLessThanOrEqual(0);
        expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
      options,
    );
  });
});

describe('the order of documents', () => {
  // A path and the beginning of it are left to examples: which element of a mixed array counts is settled there.
  const apart = sort.filter((spec) => {
    const [a, b] = Object.keys(spec);
    return a === undefined || b === undefined || !(`${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`));
  });

  test('is the order that is written down, arrays beside each other being refused', { timeout }, async () => {
    await fc.assert(
      fc.property(document, document, apart, (a, b, spec) => {
        const expected = orderOfDocuments(a, b, spec);
        const order = compileSort(spec as Sort<Doc>);
        if (expected !== undefined) expect(Math.sign(order(a, b))).toBe(Math.sign(expected));
        else expect(() => order(a, b)).toThrow(/INVALID_ARGUMENT/);
      }),
      options,
    );
  });

  test('is total: antisymmetric, transitive, and a tie only for one _id', { timeout }, async () => {
    const three = fc.tuple(document, document, document).map((all) => all.map((each, index) => ({ ...each, _id: `${index}` })));
    await fc.assert(
      fc.property(
        three,
        fc.dictionary(fc.constantFrom('a', 'a.a', 'a.0', '0'), fc.constantFrom(1, -1), { maxKeys: 1 }),
        (documents, spec) => {
          const order = compileSort(spec as Sort<Doc>);
          for (const a of documents)
            for (const b of documents) {
              expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0);
              expect(order(a, b) === 0).toBe(a === b);
              for (const c of documents) if (order(a, b) < 0 && order(b, c) < 0) expect(order(a, c)).toBeLessThan(0);
            }
        },
      ),
      options,
    );
  });
});
