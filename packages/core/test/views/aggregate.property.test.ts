import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Aggregation } from '../../src/views/aggregate.ts';
import { exactSum } from '../../src/views/exact-sum.ts';
import { liveAggregate } from '../../src/views/live-aggregate.ts';
import { type Doc, filter } from '../query/documents.ts';
import { matches, orderOf } from '../query/oracle.ts';
import { batches, createCollection, documents } from './collection.ts';

const CASES = 4_000;
const timeout = 600_000;

const field = fc.constantFrom('a', 'b', '0');
const aggregation = fc.record(
  { where: fc.oneof(fc.constant({}), filter), by: field, sum: field, avg: field, min: field, max: field },
  { requiredKeys: ['where'] },
);

function valuesOf(each: Doc, path: string): unknown[] {
  return [each[path]].flat(1).filter((value) => value !== undefined && value !== null);
}

/** Totals from the beginning, in the plainest way. */
function totalsOf(all: readonly Doc[], { sum, avg, min, max }: Record<string, string>): Record<string, unknown> {
  const numbersOf = (path: string) =>
    all
      .flatMap((each) => valuesOf(each, path))
      .filter((value) => typeof value === 'number' || typeof value === 'bigint')
      .map(Number)
      .filter(Number.isFinite);
  const add = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  const sorted = (path: string) => all.flatMap((each) => valuesOf(each, path)).sort(orderOf);
  return {
    count: all.length,
    ...(sum && { sum: add(numbersOf(sum)) }),
    ...(avg && { avg: numbersOf(avg).length > 0 ? add(numbersOf(avg)) / numbersOf(avg).length : undefined }),
    ...(min && { min: sorted(min)[0] }),
    ...(max && { max: sorted(max).at(-1) }),
  };
}

function groupsOf(all: readonly Doc[], by: string, spec: Record<string, string>): Record<string, unknown>[] {
  const groups: { key: unknown; documents: Doc[] }[] = [];
  for (const each of all) {
    const values = valuesOf(each, by);
    for (const key of values.length > 0 ? values : [null]) {
      const known = groups.find((group) => orderOf(group.key, key) === 0);
      if (!known) groups.push({ key, documents: [each] });
      else if (!known.documents.includes(each)) known.documents.push(each);
    }
  }
  return groups.sort((a, b) => orderOf(a.key, b.key)).map(({ key, documents }) => ({ key, ...totalsOf(documents, spec) }));
}

function isSame(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return Object.keys({ ...a, ...b }).every((name) => name in a && name in b && orderOf(a[name], b[name]) === 0);
}

test('after any sequence of changes aggregates are what is computed anew, and the same object where nothing differs', {
  timeout,
}, async () => {
  await fc.assert(
    fc.property(documents, batches, aggregation, (first, changes, spec) => {
      const { documents, views, write } = createCollection(first);
      const live = liveAggregate(views, spec as Aggregation<Doc>);
      let told = 0;
      live.subscribe(() => told++);
      views.loaded();
      let before: unknown;
      for (const batch of [{}, ...changes]) {
        told = 0;
        write(batch);
        const { where, by, ...paths } = spec;
        const found = [...documents.values()].filter((each) => matches(each, where));
        const expected = by === undefined ? [totalsOf(found, paths as never)] : groupsOf(found, by, paths as never);
        const { status, data } = live.get();
        expect(status).toBe('ready');
        const actual = [data].flat() as Record<string, unknown>[];
        expect(actual.length).toBe(expected.length);
        expect(actual.every((each, at) => isSame(each, expected[at]!))).toBe(true);
        if (before && told === 0) expect(data).toBe(before);
        if (before && told > 0) expect(data).not.toBe(before);
        before = data;
      }
    }),
    { numRuns: CASES },
  );
});

test('a sum is exact, in whatever order numbers came and went', async () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }),
    fc.constantFrom(0.1, 1e16, 1, 2 ** -53, 3),
  );
  await fc.assert(
    fc.property(fc.array(number), fc.array(number), (stay, gone) => {
      const sum = exactSum();
      for (const each of gone) sum.add(each);
      for (const each of stay) sum.add(each);
      for (const each of gone) sum.add(-each);
      const fresh = exactSum();
      for (const each of [...stay].reverse()) fresh.add(each);
      expect(sum.value()).toBe(fresh.value());
    }),
    { numRuns: CASES },
  );
});
