import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Query } from '../../src/query/query.ts';
import type { IndexSpec } from '../../src/views/ordered-index.ts';
import { type Doc, document } from '../query/documents.ts';
import { orderOf } from '../query/oracle.ts';
import { batches, createCollection, documents } from './collection.ts';
import { ask, query } from './questions.ts';

const CASES = 10_000;
const timeout = 600_000;

const path = fc.constantFrom('a', 'b', 'a.a', 'a.0', '0', 'a.b.a');
const indexes: fc.Arbitrary<IndexSpec<Doc>[]> = fc.array(fc.oneof(path, fc.uniqueArray(path, { minLength: 1, maxLength: 3 })), {
  minLength: 1,
  maxLength: 3,
});

/** Flat documents: in the order of an index. */
const flat = document.map(({ _id, ...fields }) => {
  const single = Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? null) : value]);
  return { _id, ...Object.fromEntries(single) } as Doc;
});

function isSame(a: readonly Doc[], b: readonly Doc[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}

describe('what an index finds', () => {
  test('is what a scan finds, in the same order, and what the rules say', { timeout }, async () => {
    let used = 0;
    let sorted = 0;
    await fc.assert(
      fc.property(
        fc.boolean(),
        documents,
        fc.array(flat, { minLength: 6, maxLength: 12 }),
        batches,
        query,
        indexes,
        fc.boolean(),
        (isFlat, mixed, plain, changes, spec, others, isFitting) => {
          const fitting = new Set([...Object.keys(spec.where), ...Object.keys(spec.sort)].filter((each) => !each.startsWith('$')));
          const specs = isFitting && fitting.size > 0 ? [...others, [...fitting]] : others;
          const first = isFlat ? plain.map((each, index) => ({ ...each, _id: `d${index}` })) : mixed;
          const { documents, views, write } = createCollection(first, { indexes: specs });
          views.loaded();
          for (const batch of [{}, ...changes.slice(0, 2)]) {
            write(batch);
            const expected = ask(documents.values(), spec);
            if (!expected) continue;
            const { index, isSorted } = views.explain(spec as Query<Doc>);
            if (index) used++;
            if (isSorted) sorted++;
            const found = views.find(spec as Query<Doc>);
            // One assertion for all: ten thousand cases of them would take most of the time.
            const { data, total } = views.live(spec as Query<Doc>).get();
            const isRight = isSame(found, expected.data) && isSame(data, expected.data) && total === expected.total;
            const isCounted = !!spec.after || views.count(spec.where as Query<Doc>['where'] & object) === total;
            if (!isRight || !isCounted)
              expect({ found, data, total, isCounted }).toEqual({ found: expected.data, ...expected, isCounted: true });
          }
        },
      ),
      { numRuns: CASES },
    );
    // Or it would only have scanned.
    expect(used).toBeGreaterThan(CASES / 2);
    expect(sorted).toBeGreaterThan(CASES / 20);
  });
});

describe('a unique index', () => {
  const unique = fc.uniqueArray(fc.constantFrom('a', 'b', '0'), { minLength: 1, maxLength: 2 });

  /** All that a document has at a field, an array as a whole and by its elements. */
  function valuesAt(each: Doc, field: string): unknown[] {
    const found = each[field];
    return Array.isArray(found) ? [found, ...found] : [found];
  }

  function collides(a: Doc, b: Doc, fields: readonly string[]): boolean {
    return fields.every((field) => valuesAt(a, field).some((one) => valuesAt(b, field).some((other) => orderOf(one, other) === 0)));
  }

  test('forbids the changes after which two documents have the same, and no others', { timeout }, async () => {
    let forbidden = 0;
    await fc.assert(
      fc.property(batches, unique, (changes, keys) => {
        const { documents, views, write } = createCollection([], { indexes: [{ keys, unique: true }] });
        views.loaded();
        for (const batch of changes) {
          const after = new Map([...documents, ...Object.entries(batch)]);
          const all = [...after.values()].filter((each) => each !== undefined);
          const isForbidden = all.some((a) => all.some((b) => a !== b && collides(a, b, keys)));
          const found = views.conflict(Object.entries(batch).map(([id, each]) => ({ id, before: documents.get(id), after: each })));
          expect(!!found).toBe(isForbidden);
          if (found) {
            forbidden++;
            expect(found.keys).toEqual(keys);
            expect(all.some((each) => each._id === found.id)).toBe(true);
          } else write(batch);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(forbidden).toBeGreaterThan(300);
  });
});
