import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draft, plain } from './draft.ts';
import { rebase } from './rebase.ts';

test('changes of different properties both stay, at any depth', () => {
  const base = { user: { name: 'Ada', age: 1 }, size: 1 };
  const ours = { ...base, user: { ...base.user, name: 'Grace' } };
  expect(rebase(base, ours, { user: { name: 'Ada', age: 2 }, size: 3 })).toEqual({ user: { name: 'Grace', age: 2 }, size: 3 });
});

test('where both changed the same property ours stays', () => {
  expect(rebase({ n: 1 }, { n: 2 }, { n: 3 })).toEqual({ n: 2 });
});

test('what we added and deleted is added and deleted, and what they added and deleted too', () => {
  const base: Record<string, number> = { a: 1, b: 2 };
  expect(rebase(base, { b: 2, ours: 1 }, { a: 1, theirs: 1 })).toEqual({ ours: 1, theirs: 1 });
});

test('what we changed in what they removed comes back with all of it', () => {
  const base: { user?: { name: string; age: number } } = { user: { name: 'Ada', age: 1 } };
  expect(rebase(base, { user: { name: 'Grace', age: 1 } }, {})).toEqual({ user: { name: 'Grace', age: 1 } });
});

test('items that we added at the end come after theirs', () => {
  expect(rebase({ list: [1] }, { list: [1, 2, 3] }, { list: [7, 8] })).toEqual({ list: [7, 8, 2, 3] });
});

test('any other change of an array replaces theirs', () => {
  for (const ours of [[2, 1], [1], [9, 2], [0, 1, 2]]) expect(rebase([1, 2], ours, [1, 2, 3])).toEqual(ours);
});

test('where one of the three is no object ours stays', () => {
  expect(rebase<unknown>(null, { n: 1 }, { m: 1 })).toEqual({ n: 1 });
  expect(rebase<unknown>({ n: 1 }, { n: 2 }, null)).toEqual({ n: 2 });
  expect(rebase<unknown>({ n: 1 }, 5, { m: 1 })).toBe(5);
  expect(rebase<unknown>({ n: 1 }, [1], { m: 1 })).toEqual([1]);
});

const tree = fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.dictionary(fc.constantFrom('c', 'd'), fc.nat(3)));

test('rebase(base, ours, base) = ours; rebase(base, base, theirs) = theirs', () => {
  fc.assert(
    fc.property(tree, tree, (base, other) => {
      expect(rebase(base, other, base)).toEqual(other);
      expect(rebase(base, base, other)).toEqual(other);
    }),
  );
});

test('edits of a draft, rebased, are the same edits made to theirs, where they touch what theirs has', () => {
  const names = ['a', 'b', 'c'] as const;
  const values = fc.record({ a: fc.nat(9), b: fc.nat(9), c: fc.nat(9) });
  fc.assert(
    fc.property(values, values, fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 10, max: 99 }))), (base, theirs, edits) => {
      const value = draft({ deep: base });
      const expected = { ...theirs };
      for (const [name, next] of edits) {
        value.deep[name] = next;
        expected[name] = next;
      }
      expect(rebase({ deep: base }, plain(value), { deep: theirs })).toEqual({ deep: expected });
    }),
  );
});
