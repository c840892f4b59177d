import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { distinct } from '../../src/query/distinct.ts';
import { value } from './documents.ts';
import { orderOf } from './oracle.ts';

const CASES = 2_000;

test('the distinct values are every value, none twice, in order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (all) => {
      const found = distinct(
        all.map((a) => ({ a })),
        'a',
      );
      for (const each of all.flat(1)) expect(found.filter((other) => orderOf(each, other) === 0)).toHaveLength(1);
      for (const [index, each] of found.entries()) {
        expect(all.flat(1).some((other) => Object.is(other, each))).toBe(true);
        if (index > 0) expect(orderOf(found[index - 1], each)).toBe(-1);
      }
    }),
    { numRuns: CASES },
  );
});
