import { describe, expect, test } from 'vitest';
import { createCollection, doc, open, slowPorts } from '../../test/views/collection.ts';
import { exactSum } from './exact-sum.ts';
import { liveAggregate } from './live-aggregate.ts';

const tasks = [
  doc('a', { status: 'open', minutes: 30, tags: ['home', 'red'] }),
  doc('b', { status: 'open', minutes: 10, tags: ['red'] }),
  doc('c', { status: 'done', minutes: 5 }),
  doc('d', { minutes: 'long', tags: [] }),
];

describe('totals', () => {
  test('are of all that matches', () => {
    const { views } = open(tasks);
    expect(
      liveAggregate(views, { where: { status: 'open' }, sum: 'minutes', avg: 'minutes', min: 'minutes', max: 'minutes' }).get(),
    ).toEqual({
      status: 'ready',
      data: { count: 2, sum: 40, avg: 20, min: 10, max: 30 },
    });
  });

  test('of nothing are zero and undefined', () => {
    const { views } = open();
    expect(liveAggregate(views, { sum: 'n', avg: 'n', min: 'n', max: 'n' }).get().data).toEqual({ count: 0, sum: 0 });
    expect(liveAggregate(views, { by: 'n' }).get().data).toEqual([]);
  });

  test('by group are in the order of their keys; a document counts once in the group of each element, without any in that of null', () => {
    const { views } = open(tasks);
    expect(liveAggregate(views, { by: 'status', sum: 'minutes' }).get().data).toEqual([
      { key: null, count: 1, sum: 0 },
      { key: 'done', count: 1, sum: 5 },
      { key: 'open', count: 2, sum: 40 },
    ]);
    expect(liveAggregate(views, { by: 'tags' }).get().data).toEqual([
      { key: null, count: 2 },
      { key: 'home', count: 1 },
      { key: 'red', count: 2 },
    ]);
  });

  test('follow every change, and keep what has not changed', () => {
    const { views, write } = open(tasks);
    const live = liveAggregate(views, { by: 'status', max: 'minutes' });
    const before = live.get();
    let told = 0;
    live.subscribe(() => told++);
    write({ b: doc('b', { status: 'open', minutes: 20 }) });
    expect(live.get()).toBe(before);
    write({ a: undefined, e: doc('e', { status: 'new' }) });
    expect(live.get().data).toEqual([
      { key: null, count: 1, max: 'long' },
      { key: 'done', count: 1, max: 5 },
      { key: 'new', count: 1, max: undefined },
      { key: 'open', count: 1, max: 20 },
    ]);
    expect(live.get().data[1]).toBe(before.data[1]);
    expect(told).toBe(1);
    write({ b: undefined });
    expect(live.get().data.map(({ key }) => key)).toEqual([null, 'done', 'new']);
    expect(liveAggregate(views, { by: 'x' }).get().data).toEqual([{ key: null, count: 3 }]);
    write({ c: doc('c', { x: [1, 1n, 2] }) });
    expect(
      liveAggregate(views, { by: 'x' })
        .get()
        .data.map(({ count }) => count),
    ).toEqual([2, 1, 1]);
  });

  test('are zero while loading, and ready once', async () => {
    const { views } = createCollection(tasks);
    const live = liveAggregate(views, { sum: 'minutes' });
    expect(live.get()).toEqual({ status: 'loading', data: { count: 0, sum: 0 } });
    expect(live.get()).toBe(live.initial());
    const { ready } = live;
    views.loaded();
    await expect(ready).resolves.toBe(live);
    expect(live.get().data).toEqual({ count: 4, sum: 45 });
  });

  test('are the same object for equal ones', () => {
    const { views } = open(tasks);
    expect(liveAggregate(views, { by: 'status', sum: 'minutes' })).toBe(liveAggregate(views, { sum: 'minutes', by: 'status' }));
    expect(liveAggregate(views, { sum: 'minutes' })).not.toBe(liveAggregate(views, { avg: 'minutes' }));
  });

  test('of many documents are computed in slices', () => {
    const { ports, tasks } = slowPorts();
    const many = Array.from({ length: 10_000 }, (_, n) => doc(`d${n}`, { n }));
    const { views, write } = open(many, { ports });
    const live = liveAggregate(views, { max: 'n' });
    expect(live.get().status).toBe('loading');
    write({ x: doc('x', { n: -1 }), d9999: undefined });
    for (let task = tasks.shift(); task; task = tasks.shift()) task();
    expect(live.get()).toEqual({ status: 'ready', data: { count: 10_000, max: 9_998 } });
  });

  test('are refused where they are wrong', () => {
    const { views } = open();
    for (const spec of [{ where: undefined }, { where: { a: { $no: 1 } } }, { sum: 1 }, { median: 'a' }, { by: 1 }, { sum: undefined }])
      expect(() => liveAggregate(views, spec as never)).toThrow(/INVALID_ARGUMENT/);
  });
});

test.each([
  [[0.1, 0.2, -0.1], 0.2],
  [[1e16, 1, -1e16], 1],
  [[1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
  [[1, 2 ** -53], 1],
  [[], 0],
])('a sum is rounded only when it is read: %j', (numbers, expected) => {
  const sum = exactSum();
  for (const each of numbers) sum.add(each);
  expect(sum.value()).toBe(expected);
});
