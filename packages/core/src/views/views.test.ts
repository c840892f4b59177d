import { describe, expect, test } from 'vitest';
import type { Doc } from '../../test/query/documents.ts';
import { createCollection, doc, ids, open, slowPorts } from '../../test/views/collection.ts';
import { replay } from '../../test/views/replay.ts';
import { StoreError } from '../errors.ts';
import { computed, effect } from '../observable.ts';
import type { Query } from '../query/query.ts';
import { createWorld } from '../testing/world.ts';
import { liveAggregate } from './live-aggregate.ts';

describe('a live query', () => {
  test('is loading until the documents are there', () => {
    const { views } = createCollection([doc('a')]);
    const live = views.live();
    let told = 0;
    live.subscribe(() => told++);
    expect(live.get()).toEqual({ status: 'loading', data: [], total: 0 });
    expect(live.get()).toBe(live.initial());
    views.loaded();
    expect(live.get()).toEqual({ status: 'ready', data: [doc('a')], total: 1 });
    expect(told).toBe(1);
  });

  test('has rows at its first reading once the documents are there', () => {
    const { views } = open([doc('b'), doc('a')]);
    let told = 0;
    views.live().subscribe(() => told++);
    expect(ids(views.live().get().data)).toEqual(['a', 'b']);
    expect(told).toBe(0);
  });

  test('ends in an error where the documents cannot be read, and recovers', async () => {
    const { views } = createCollection([doc('a')]);
    const live = views.live();
    const error = new StoreError('DENIED', 'Cannot read');
    views.fail(error);
    expect(live.get()).toEqual({ status: 'error', error, data: [], total: 0 });
    await expect(live.ready).rejects.toBe(error);
    views.loaded();
    expect(live.get()).toEqual({ status: 'ready', data: [doc('a')], total: 1 });
  });

  test('ends in an error where a document has no order, and recovers when it is gone', () => {
    const { views, write } = open([doc('a', { x: [1], y: 1 })]);
    const live = views.live({ sort: { x: 1, y: 1 } });
    const before = live.get();
    write({ b: doc('b', { x: [1], y: [1] }) });
    expect(live.get()).toMatchObject({ status: 'error', error: { code: 'INVALID_ARGUMENT', path: 'x, y' }, data: before.data });
    write({ c: doc('c') });
    expect(live.get().status).toBe('error');
    write({ b: undefined });
    expect(live.get().status).toBe('ready');
    expect(ids(live.get().data)).toEqual(['c', 'a']);
    expect(() => open([doc('b', { x: [1], y: [1] })]).views.find({ sort: { x: 1, y: 1 } })).toThrow(/INVALID_ARGUMENT/);
  });

  test('is ready once, with itself', async () => {
    const { views } = createCollection();
    const live = views.live();
    const { ready } = live;
    expect(live.ready).toBe(ready);
    views.loaded();
    await expect(ready).resolves.toBe(live);
    expect(ready).toMatchObject({ status: 'fulfilled', value: live });
  });

  test('law 9: is the same object for equal queries', () => {
    const { views } = open();
    expect(views.live({ where: { a: 1, b: 2 }, limit: 1 })).toBe(views.live({ limit: 1, where: { b: 2, a: 1 } }));
    expect(views.live({ limit: 1 })).not.toBe(views.live());
    expect(views.live({})).toBe(views.live());
  });

  test('shows all that happened in one notification, whatever else is watched', () => {
    const { views, write } = open([doc('a', { n: 1 })]);
    const odd = views.live({ where: { n: { $mod: [2, 1] } } });
    const even = views.live({ where: { n: { $mod: [2, 0] } } });
    const seen: number[] = [];
    const stop = effect(() => {
      seen.push(odd.get().total + even.get().total);
    });
    write({ a: doc('a', { n: 2 }), b: doc('b', { n: 3 }) });
    stop();
    expect(seen).toEqual([1, 2]);
  });

  test('misses nothing of what happens between two readings', () => {
    const { views, write } = open([1, 2, 3].map((n) => doc(`d${n}`)));
    const live = views.live();
    const [, d2] = live.get().data;
    write({ d1: doc('d1', { v: 1 }) });
    write({ d2: doc('d2', { v: 1 }) });
    write({ d2 });
    expect(live.get().data).toEqual(views.find());
  });

  test('shows what its fields ask for, and tells of nothing else', () => {
    const { views, write } = open([doc('a', { title: 'A', v: 0 }), doc('b', { title: 'B', v: 0 })]);
    const live = views.live({ fields: { title: 1 } });
    const before = live.get();
    let told = 0;
    live.subscribe(() => told++);
    expect(before.data).toEqual([doc('a', { title: 'A' }), doc('b', { title: 'B' })]);
    write({ a: doc('a', { title: 'A', v: 1 }) });
    expect(live.get()).toBe(before);
    write({ c: doc('c', { title: 'C' }), a: doc('a', { title: 'AA', v: 2 }) });
    expect(told).toBe(1);
    expect(live.get().data).toEqual([doc('a', { title: 'AA' }), doc('b', { title: 'B' }), doc('c', { title: 'C' })]);
    expect(live.get().data[1]).toBe(before.data[1]);
  });

  test('tells of one document that moves by one step', () => {
    const { views, write } = open([doc('a', { n: 1 }), doc('b', { n: 2 }), doc('c', { n: 3 })]);
    const live = views.live({ sort: { n: 1 } });
    const told: unknown[] = [];
    const stop = live.onChanges((deltas) => told.push(...deltas));
    const [a, b] = live.get().data;
    write({ a: doc('a', { n: 4 }) });
    write({ b: doc('b', { n: 2, v: 1 }), d: doc('d', { n: 0 }) });
    stop();
    write({ a: undefined });
    expect(told).toEqual([
      { type: 'moved', doc: doc('a', { n: 4 }), before: a, oldIndex: 0, index: 2 },
      { type: 'added', doc: doc('d', { n: 0 }), index: 0 },
      { type: 'changed', doc: doc('b', { n: 2, v: 1 }), before: b, index: 1 },
    ]);
  });

  test('tells of very many at once by what goes and what comes', () => {
    const { views, write } = open(Array.from({ length: 300 }, (_, n) => doc(`d${n}`, { n })));
    const live = views.live({ sort: { n: 1 } });
    let rows = live.get().data;
    live.onChanges((deltas) => {
      rows = replay(rows, deltas);
    });
    write(Object.fromEntries(rows.map(({ _id, n }) => [_id, (n as number) % 7 ? doc(_id, { n: ((n as number) * 7) % 300 }) : undefined])));
    expect(rows).toHaveLength(257);
    expect(rows).toEqual(live.get().data);
  });

  test('is refused where it is wrong', () => {
    const { views } = open();
    const wrong = [
      { where: { a: { $no: 1 } } },
      { where: { a: undefined } },
      { where: undefined },
      { limit: -1 },
      { sort: { a: 2 } },
      { wehre: {} },
      { fields: { a: 1, b: 0 } },
    ] as Query<Doc>[];
    for (const query of wrong) {
      expect(() => views.live(query)).toThrow(/INVALID_ARGUMENT/);
      expect(() => views.find(query)).toThrow(/INVALID_ARGUMENT/);
    }
  });
});

describe('pages', () => {
  const many = Array.from({ length: 7 }, (_, n) => doc(`d${n}`, { n }));

  test('grow, and tell what came', () => {
    const { views, write } = open(many);
    const pages = views.pages({ sort: { n: -1 }, limit: 3 });
    const told: unknown[] = [];
    pages.onChanges((deltas) => told.push(...deltas.map(({ type, index }) => [type, index])));
    expect(ids(pages.get().data)).toEqual(['d6', 'd5', 'd4']);
    pages.loadMore();
    expect(ids(pages.get().data)).toEqual(['d6', 'd5', 'd4', 'd3', 'd2', 'd1']);
    expect(told).toEqual([3, 4, 5].map((index) => ['added', index]));
    write({ d6: undefined });
    expect(ids(pages.get().data)).toEqual(['d5', 'd4', 'd3', 'd2', 'd1', 'd0']);
  });

  test('stop growing where all are shown', () => {
    const { views } = open(many);
    const pages = views.pages({ skip: 1, limit: 4 });
    pages.loadMore(2);
    const all = pages.get();
    expect(all.data).toHaveLength(6);
    pages.loadMore();
    expect(pages.get()).toBe(all);
  });

  test('each have their own size; 20 by default', () => {
    const { views } = open(Array.from({ length: 50 }, (_, n) => doc(`d${n}`)));
    const [one, other] = [views.pages(), views.pages()];
    one.loadMore(5);
    expect(one.get().data).toHaveLength(25);
    expect(other.get().data).toHaveLength(20);
    expect(() => one.loadMore(-30)).toThrow(/INVALID_ARGUMENT/);
    expect(() => views.pages({ where: { a: { $no: 1 } } })).toThrow(/INVALID_ARGUMENT/);
  });

  test('are loading until the documents are there', async () => {
    const { views } = createCollection(many);
    const pages = views.pages({ limit: 3 });
    pages.loadMore();
    expect(pages.get()).toBe(pages.initial());
    const { ready } = pages;
    views.loaded();
    await expect(ready).resolves.toBe(pages);
    expect(pages.get().data).toHaveLength(3);
  });
});

test('a query begins behind a document, which need not be there', () => {
  const { views, write } = open([3, 1, 2, 2].map((n, at) => doc(`d${at}`, { n, at })));
  const query: Query<Doc> = { sort: { n: 1 }, after: doc('d2', { n: 2, at: 9 }), limit: 1 };
  const live = views.live(query);
  expect(ids(views.find(query))).toEqual(['d3']);
  expect(live.get()).toMatchObject({ data: [doc('d3', { n: 2, at: 3 })], total: 2 });
  expect(views.live({ ...query, after: doc('d2', { n: 2 }) })).toBe(live);
  write({ d2: undefined, d25: doc('d25', { n: 2 }) });
  expect(ids(live.get().data)).toEqual(['d25']);
  for (const after of [undefined, null, 'd2', { n: 2 }])
    expect(() => views.find({ sort: { n: 1 }, after: after as never })).toThrow(/INVALID_ARGUMENT/);
});

test('a change of one document tells no one who watches another', () => {
  const { views, write } = open([doc('a'), doc('b')]);
  const told: string[] = [];
  views.document('a').subscribe(() => told.push('a'));
  views.document('b').subscribe(() => told.push('b'));
  views.document('c').subscribe(() => told.push('c'));
  const next = doc('b', { n: 1 });
  write({ b: next, c: doc('c') });
  expect(told).toEqual(['b', 'c']);
  expect(views.document('b').get()).toBe(next);
  expect(views.document('b')).toBe(views.document('b'));
});

test('a document that was read from storage is told when all are there', () => {
  const { views, documents } = createCollection();
  let told = 0;
  views.document('a').subscribe(() => told++);
  documents.set('a', doc('a'));
  views.loaded();
  expect(views.document('a').get()).toBe(documents.get('a'));
  expect(told).toBe(1);
});

test('counts and distinct values are of what matches', () => {
  const { views } = open([doc('a', { t: ['x', 'y'] }), doc('b', { t: 'z' }), doc('c')]);
  expect(views.count()).toBe(3);
  expect(views.count({ t: { $exists: true } })).toBe(2);
  expect(views.distinct('t', { _id: { $ne: 'b' } })).toEqual(['x', 'y']);
});

describe('what nobody uses', () => {
  const HALF_MINUTE = 30_000;

  function openWorld(first: readonly Doc[]) {
    const world = createWorld();
    return { world, ...open(first, { ports: world.openTab().ports }) };
  }

  test('is let go after about half a minute', async () => {
    const { world, views } = openWorld([doc('a')]);
    const live = views.live();
    live.get();
    await world.advance(HALF_MINUTE);
    expect(views.live()).toBe(live);
    await world.advance(2 * HALF_MINUTE);
    expect(views.live()).not.toBe(live);
  });

  test('is kept while it is read', async () => {
    const { world, views } = openWorld([doc('a')]);
    const { data } = views.live().get();
    for (let times = 0; times < 6; times++) {
      await world.advance(HALF_MINUTE / 2);
      expect(views.live().get().data).toBe(data);
    }
  });

  test('costs nothing any more', async () => {
    const { world, views, write } = openWorld([doc('a')]);
    let reads = 0;
    const counted = (_id: string): Doc => Object.defineProperty(doc(_id), 'n', { enumerable: true, get: () => reads++ });
    views.live({ where: { n: { $gt: 0 } } }).get();
    liveAggregate(views, { sum: 'n' }).get();
    write({ b: counted('b') });
    expect(reads).toBeGreaterThan(1);
    await world.advance(3 * HALF_MINUTE);
    reads = 0;
    write({ c: counted('c') });
    expect(reads).toBe(0);
  });

  test('is right when someone comes back to it, and the same for all again', async () => {
    const { world, views, write } = openWorld([doc('a')]);
    const live = views.live();
    live.get();
    await world.advance(3 * HALF_MINUTE);
    write({ b: doc('b') });
    expect(live.get().total).toBe(2);
    expect(views.live()).toBe(live);
    write({ c: doc('c') });
    expect(live.get().total).toBe(3);
  });

  test('is kept while it is watched, also through what is derived from it', async () => {
    const { world, views, write } = openWorld([doc('a')]);
    const live = views.live();
    const { data } = live.get();
    const total = computed(() => live.get().total);
    let told = 0;
    total.subscribe(() => told++);
    for (let times = 0; times < 4; times++) await world.advance(HALF_MINUTE);
    expect(told).toBe(0);
    expect(live.get().data).toBe(data);
    write({ b: doc('b') });
    expect(told).toBe(1);
  });

  test('leaves nothing stale in what was once derived from it', async () => {
    const { world, views, write } = openWorld([doc('a')]);
    const total = computed(() => views.live().get().total);
    expect(total.get()).toBe(1);
    await world.advance(3 * HALF_MINUTE);
    write({ b: doc('b') });
    expect(total.get()).toBe(2);
  });
});

describe('the first evaluation of many documents', () => {
  const MANY = 20_000;
  const many = Array.from({ length: MANY }, (_, n) => doc(`d${n}`, { n: (n * 7919) % MANY }));

  function openSlowly() {
    const { ports, tasks } = slowPorts();
    return { ...open(many, { ports }), tasks };
  }

  test('is done in slices, and changes between them are not lost', () => {
    const { views, write, tasks } = openSlowly();
    const live = views.live({ sort: { n: 1 }, limit: 3 });
    let told = 0;
    live.subscribe(() => told++);
    let slices = 0;
    expect(live.get().status).toBe('loading');
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      expect(live.get().status).toBe('loading');
      slices++;
      if (slices === 1) write({ first: doc('first', { n: -1 }), d0: undefined });
      if (slices === 2) write({ first: doc('first', { n: -2 }), d0: doc('d0', { n: -1 }) });
      task();
    }
    expect(slices).toBeGreaterThan(2);
    expect(told).toBe(1);
    expect(live.get().status).toBe('ready');
    expect(live.get().total).toBe(MANY + 1);
    expect(live.get().data).toEqual(views.find({ sort: { n: 1 }, limit: 3 }));
    expect(ids(live.get().data).slice(0, 2)).toEqual(['first', 'd0']);
  });

  test('is also what a find in slices does, of the documents of its moment', async () => {
    const { ports } = slowPorts();
    let pauses = 0;
    const many = Array.from({ length: MANY }, (_, n) => doc(`d${n}`, { n: -n }));
    const { views, write } = open(many, {
      ports: {
        ...ports,
        async pause() {
          if (++pauses === 1) write({ d5: undefined, first: doc('first', { n: -MANY }) });
        },
      },
    });
    const query = { sort: { n: 1 }, skip: 1, limit: MANY } as const;
    const before = views.find(query);
    expect(await views.findInSlices(query)).toEqual(before);
    expect(pauses).toBeGreaterThan(1);
    expect(await views.findInSlices(query)).not.toEqual(before);
    expect(await views.findInSlices(query)).toEqual(views.find(query));
  });

  test('is done again where a document without an order went between its slices', () => {
    const { views, write, tasks } = openSlowly();
    write({ x: doc('x', { n: [1], m: [1] }) });
    const live = views.live({ sort: { n: 1, m: 1 } });
    live.subscribe(() => {});
    tasks.shift()?.();
    write({ x: undefined });
    for (let task = tasks.shift(); task; task = tasks.shift()) task();
    expect(live.get()).toMatchObject({ status: 'ready', total: MANY });
  });

  test('ends where the views are closed', () => {
    const { views, tasks } = openSlowly();
    views.live().get();
    expect(tasks).toHaveLength(1);
    views.close();
    expect(tasks).toHaveLength(0);
  });
});
