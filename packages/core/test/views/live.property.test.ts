import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Query } from '../../src/query/query.ts';
import type { Doc } from '../query/documents.ts';
import { batches, createCollection, documents, open } from './collection.ts';
import { ask, query } from './questions.ts';
import { isTrue, replay } from './replay.ts';

const CASES = 4_000;
const timeout = 600_000;
const options = { numRuns: CASES };

describe('after any sequence of changes', () => {
  test('law 10: a live result is what the rules say, and so is `find`', { timeout }, async () => {
    let rows = 0;
    await fc.assert(
      fc.property(documents, batches, query, fc.boolean(), (first, changes, spec, isWatched) => {
        const { documents, views, write } = createCollection(first);
        const live = views.live(spec as Query<Doc>);
        if (isWatched) live.subscribe(() => {});
        views.loaded();
        for (const batch of [{}, ...changes]) {
          write(batch);
          const expected = ask(documents.values(), spec);
          const { data, total, status } = live.get();
          if (!expected) {
            expect(status).toBe('error');
            expect(() => views.find(spec as Query<Doc>)).toThrow(/INVALID_ARGUMENT/);
            continue;
          }
          rows += data.length;
          expect(status).toBe('ready');
          expect(total).toBe(expected.total);
          expect(data.length).toBe(expected.data.length);
          expect(data.every((each, index) => each === expected.data[index])).toBe(true);
          const found = views.find(spec as Query<Doc>);
          expect(found.length === data.length && found.every((each, index) => each === data[index])).toBe(true);
        }
      }),
      options,
    );
    // Or it would only find nothing.
    expect(rows).toBeGreaterThan(CASES);
  });

  test('subscribers are told once when something visible has changed, and never else', { timeout }, async () => {
    await fc.assert(
      fc.property(documents, batches, query, (first, changes, spec) => {
        const { views, write } = createCollection(first);
        views.loaded();
        const live = views.live(spec as Query<Doc>);
        let before = live.get();
        let told = 0;
        live.subscribe(() => told++);
        for (const batch of changes) {
          told = 0;
          write(batch);
          const after = live.get();
          const isSameData = after.data.length === before.data.length && after.data.every((each, index) => each === before.data[index]);
          const isSame = isSameData && after.total === before.total && after.status === before.status && after.error === before.error;
          expect(after === before).toBe(isSame);
          if (isSameData) expect(after.data).toBe(before.data);
          expect(told).toBe(isSame ? 0 : 1);
          before = after;
        }
      }),
      options,
    );
  });

  test('windows onto one query are parts of its rows', { timeout }, async () => {
    const window = fc.record({ skip: fc.nat(5), limit: fc.nat(5) });
    await fc.assert(
      fc.property(documents, batches, query, fc.array(window, { maxLength: 3 }), (first, changes, { where, sort }, windows) => {
        const { views, write } = createCollection(first);
        views.loaded();
        const all = views.live({ where, sort } as Query<Doc>);
        const parts = windows.map(({ skip, limit }) => views.live({ where, sort, skip, limit } as Query<Doc>));
        for (const batch of changes) {
          write(batch);
          const { data, status } = all.get();
          if (status === 'error') continue;
          for (const [index, { skip, limit }] of windows.entries())
            expect(parts[index]?.get()).toEqual({ status, data: data.slice(skip, limit ? skip + limit : undefined), total: data.length });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('the deltas, replayed on the old rows, give the new ones', { timeout }, async () => {
    const types = new Map<string, number>();
    const part = fc.constantFrom<object[]>({}, { fields: { a: 1 } }, { fields: { a: 1, _id: 0 } }, { fields: { b: 0 } });
    await fc.assert(
      fc.property(documents, batches, query, part, (first, changes, spec, fields) => {
        const { views, write } = open(first);
        const live = views.live({ ...spec, ...fields } as Query<Doc>);
        let rows = live.get().data;
        live.onChanges((deltas) => {
          for (const delta of deltas) {
            types.set(delta.type, (types.get(delta.type) ?? 0) + 1);
            expect(isTrue(rows, delta)).toBe(true);
            rows = replay(rows, [delta]);
          }
        });
        for (const batch of changes) {
          write(batch);
          const { data } = live.get();
          expect(rows.length === data.length && rows.every((each, at) => each === data[at])).toBe(true);
        }
      }),
      options,
    );
    for (const type of ['added', 'removed', 'changed', 'moved']) expect(types.get(type)).toBeGreaterThan(CASES / 50);
  });
});
