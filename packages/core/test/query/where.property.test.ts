import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Where } from '../../src/query/conditions.ts';
import { compileWhere } from '../../src/query/where.ts';
import { type Doc, document, filter } from './documents.ts';
import { matches } from './oracle.ts';

const FILTERS = 10_000;
const DOCUMENTS = 4;

test('a compiled filter says what the rules say', { timeout: 60_000 }, async () => {
  let yes = 0;
  await fc.assert(
    fc.property(filter, fc.array(document, { minLength: DOCUMENTS, maxLength: DOCUMENTS }), (where, documents) => {
      const isMatch = compileWhere(where as Where<Doc>);
      for (const each of documents) {
        const expected = matches(each, where);
        if (expected) yes++;
        expect(isMatch(each)).toBe(expected);
      }
    }),
    { numRuns: FILTERS },
  );
  // Or it would only say no.
  expect(yes).toBeGreaterThan((FILTERS * DOCUMENTS) / 10);
});
