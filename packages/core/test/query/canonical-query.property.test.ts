import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuery, type Query } from '../../src/query/query.ts';
import { filter, sort } from './documents.ts';
import { isObject, orderOf } from './oracle.ts';

const CASES = 3_000;
const options = { numRuns: CASES };
const timeout = 60_000;

const text = (query: object): string => canonicalQuery(query as Query<never>);

/** The same data with its keys in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, turned(part)]);
  return Object.fromEntries(entries.reverse());
}

describe('the text of a query', () => {
  test('is the same in any order of keys', { timeout }, async () => {
    await fc.assert(
      fc.property(filter, fc.nat(3), (where, limit) => text({ where, limit }) === text({ limit, where: turned(where) })),
      options,
    );
  });

  test('is one for one filter and sort', { timeout }, async () => {
    const query = fc.record({ where: filter, sort });
    await fc.assert(
      fc.property(query, query, (a, b) => {
        if (text(a) !== text(b)) return;
        expect(orderOf(a.where, b.where)).toBe(0);
        expect(orderOf(Object.entries(a.sort), Object.entries(b.sort))).toBe(0);
      }),
      options,
    );
  });
});
