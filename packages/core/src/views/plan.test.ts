import { describe, expect, test } from 'vitest';
import type { Doc } from '../../test/query/documents.ts';
import { createCollection, doc, ids, open, slowPorts } from '../../test/views/collection.ts';
import type { Query } from '../query/query.ts';
import type { IndexSpec } from './ordered-index.ts';

describe('an index', () => {
  const tasks = Array.from({ length: 300 }, (_, n) =>
    doc(`d${n}`, { status: ['open', 'closed', 'blocked'][n % 3], due: (n * 7) % 300, n }),
  );

  const openIndexed = (...indexes: IndexSpec<Doc>[]) => open(tasks, { indexes }).views;

  test('says which documents to look at: equal values first, then a range, then an order', () => {
    const { explain } = openIndexed('status', ['status', 'due'], 'n');
    expect(explain({ where: { status: 'open', due: { $lt: 30 } } })).toEqual({
      index: ['status', 'due'],
      examined: 10,
      matched: 10,
      isSorted: false,
    });
    expect(explain({ where: { status: 'open' }, sort: { due: 1 } })).toMatchObject({
      index: ['status', 'due'],
      examined: 100,
      isSorted: true,
    });
    expect(explain({ where: { n: { $in: [1, 2] }, status: 'open' } })).toMatchObject({ index: ['n'], examined: 2, matched: 0 });
    expect(explain({ where: { status: { $startsWith: 'bl' } } })).toMatchObject({ examined: 100, matched: 100 });
    expect(explain({ where: { _id: 'd7' } })).toMatchObject({ index: ['_id'], examined: 1 });
    expect(explain({ where: { due: 1 } })).toEqual({ examined: 300, matched: 1, isSorted: false });
  });

  test('has the order of what follows the values that are given', () => {
    const { explain, find } = openIndexed(['status', 'due']);
    const where = { status: 'open' };
    expect(explain({ where, sort: { status: -1, due: 1 } }).isSorted).toBe(true);
    expect(explain({ where, sort: { due: 1, n: -1 } }).isSorted).toBe(true);
    expect(explain({ where, sort: { n: 1 } }).isSorted).toBe(false);
    const several: Query<Doc> = { where: { status: { $in: ['open', 'blocked'] } }, sort: { status: 1, due: 1 }, limit: 3 };
    expect(explain(several).isSorted).toBe(false);
    expect(find(several)).toEqual(openIndexed().find(several));
  });

  test('finds what has no order', () => {
    const [one, other] = [new Blob(['1']), new Blob(['2'])];
    const { views } = open([doc('a', { x: one }), doc('b', { x: other }), doc('c', { x: 1 }), doc('d'), doc('e', { x: [other] })], {
      indexes: ['x'],
    });
    expect(ids(views.find({ where: { x: other } }))).toEqual(['b', 'e']);
    expect(views.explain({ where: { x: one } })).toMatchObject({ index: ['x'], matched: 1 });
  });

  test('that has the order of a query needs only its first documents', () => {
    const { explain, find } = openIndexed(['status', 'due']);
    const query: Query<Doc> = { where: { status: 'open' }, sort: { due: -1 }, limit: 5 };
    expect(explain(query)).toMatchObject({ index: ['status', 'due'], examined: 6, matched: 5, isSorted: true });
    expect(find(query)).toEqual(openIndexed().find(query));
  });

  test('with arrays in it finds by each element, and has no order', () => {
    const first = [doc('a', { t: ['x', 'y'] }), doc('b', { t: ['y', 'y'] }), doc('c', { t: [8, 12] }), doc('d'), doc('e')];
    const { views } = open(first, { indexes: ['t'] });
    expect(views.explain({ where: { t: 'y' } })).toMatchObject({ index: ['t'], matched: 2 });
    expect(ids(views.find({ where: { t: { $gt: 9, $lt: 11 } } }))).toEqual(['c']);
    expect(views.explain({ sort: { t: 1 } }).isSorted).toBe(false);
  });

  test('is not used for what it cannot know', () => {
    const { explain } = openIndexed('status');
    for (const where of [
      { status: { $ne: 'open' } },
      { status: /open/ },
      { $or: [{ status: 'open' }] },
      { status: { $startsWith: 'O', $options: 'i' } },
    ])
      expect(explain({ where: where as never }).index).toBeUndefined();
    expect(explain({ sort: { status: 1 }, collation: 'de' }).isSorted).toBe(false);
  });

  test('follows every change', () => {
    const { views, write } = open(tasks, { indexes: ['due'] });
    expect(views.count({ due: 7 })).toBe(1);
    write({ d1: undefined, d2: doc('d2', { due: 7 }) });
    write({ d3: doc('d3', { due: 7 }) });
    write({ d3: doc('d3', { due: [7, 8] }) });
    expect(ids(views.find({ where: { due: 7 } }))).toEqual(['d2', 'd3']);
    expect(ids(views.find({ where: { due: 8 } }))).toEqual(['d3', 'd44']);
    expect(views.explain({ where: { due: 7 } }).index).toEqual(['due']);
  });

  test('gives way where arrays beside each other would make too many entries', () => {
    const long = Array.from({ length: 200 }, (_, n) => n);
    const { views, write } = open([...tasks, doc('x', { a: long, b: long })], { indexes: [['a', 'b']] });
    expect(views.explain({ where: { a: 3 } })).toEqual({ examined: 301, matched: 1, isSorted: false });
    write({ x: doc('x', { a: 3, b: long }) });
    expect(views.explain({ where: { a: 3 } }).index).toEqual(['a', 'b']);
  });

  test('that is unique forbids a second document with the same value; missing is null', () => {
    const collection = createCollection([doc('a', { mail: 'a@b.c' }), doc('b')], { indexes: [{ keys: 'mail', unique: true }] });
    const { views, documents } = collection;
    const conflict = (...after: Doc[]) =>
      views.conflict(after.map((each) => ({ id: each._id, before: documents.get(each._id), after: each })));
    expect(conflict(doc('c', { mail: 'a@b.c' }))).toBeUndefined();
    views.loaded();
    expect(conflict(doc('c', { mail: 'a@b.c' }))).toEqual({ keys: ['mail'], id: 'a' });
    expect(conflict(doc('c', { mail: null }))).toEqual({ keys: ['mail'], id: 'b' });
    expect(conflict(doc('c', { mail: 'c' }), doc('d', { mail: 'c' }))).toEqual({ keys: ['mail'], id: 'c' });
    expect(conflict(doc('a', { mail: 'c' }), doc('c', { mail: 'a@b.c' }))).toBeUndefined();
    expect(conflict(doc('a', { mail: 'a@b.c', n: 1 }))).toBeUndefined();
  });

  test('of many documents is built in slices, and not used before', () => {
    const many = Array.from({ length: 6_000 }, (_, n) => doc(`d${n}`, { n }));
    const { ports, tasks } = slowPorts();
    const { views, write } = open(many, { ports, indexes: ['n'] });
    const where = { n: { $in: [1, -5] } };
    expect(views.explain({ where }).index).toBeUndefined();
    write({ d1: undefined, x: doc('x', { n: -5 }) });
    for (let task = tasks.shift(), at = 0; task; task = tasks.shift(), at++) {
      task();
      write({ x: doc('x', { n: -5, at }) });
    }
    expect(views.explain({ where }).index).toEqual(['n']);
    expect(ids(views.find({ where }))).toEqual(['x']);
  });
});
