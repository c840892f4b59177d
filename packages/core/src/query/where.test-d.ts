import { expectTypeOf, test } from 'vitest';
import type { Where } from './conditions.ts';
import { compileWhere } from './where.ts';

interface Tree {
  left?: Tree;
  right?: Tree;
  size: number;
}
interface Note {
  _id: string;
  title: string;
  done: boolean;
  due?: number;
  created: Date;
  status: 'open' | 'closed';
  tags: string[];
  scores: number[];
  author: { name: string; mail: string | null; address?: { city: string } };
  comments: { by: string; likes: number; replies: { text: string }[] }[];
  byDay: Record<string, { count: number }>;
  photo: Blob | null;
  big: bigint;
  extra: unknown;
  tree: Tree;
  shape: { kind: 'circle'; radius: number } | { kind: 'line' };
}

const where = (filter: Where<Note>): Where<Note> => filter;

test('a filter takes values and operators for dotted paths', () => {
  where({});
  where({ title: 'a', done: false, created: new Date(), big: 1n, photo: null });
  where({ title: /a/, 'author.name': /a/, tags: /a/ });
  where({ due: null, 'author.mail': null, 'author.address.city': null });
  where({ due: { $gt: 1, $lte: 2 }, created: { $gte: new Date() }, title: { $in: ['a', /b/], $ne: 'c' } });
  where({ tags: 'red', scores: { $gt: 1 }, 'comments.likes': { $gte: 3 }, 'comments.0.by': 'x', 'tags.0': 'red' });
  where({ tags: ['red', 'big'], 'comments.replies.text': 'x' });
  where({ tags: { $all: ['red', /b/], $size: 2 }, title: { $contains: 'a', $options: 'i' }, 'author.name': { $startsWith: 'A' } });
  where({ tags: { $contains: 'red' }, comments: { $contains: { by: 'x', likes: 1, replies: [] } } });
  where({ comments: { $elemMatch: { by: 'x', likes: { $gt: 1 }, 'replies.text': /a/ } }, scores: { $elemMatch: { $gt: 1, $lt: 5 } } });
  where({ comments: { $all: [{ $elemMatch: { by: 'x' } }] } });
  where({ due: { $exists: false, $not: { $gt: 5 }, $type: ['int', 1], $mod: [2, 0] } });
  where({ $or: [{ title: 'a' }, { $and: [{ done: true }, { 'author.name': 'b' }] }], $nor: [{ due: 1 }] });
  where({ 'shape.kind': 'line', 'shape.radius': { $gt: 1 }, 'tree.left.size': 1 });
  where({ author: { name: 'a', mail: null } });
});

test('what the types do not know is not checked: unknown, records, and what is more than three names deep', () => {
  where({ extra: { $gt: 1 }, 'extra.a.b': 'x', 'byDay.monday.count': 1, 'byDay.monday': { count: 1 } });
  where({ 'tree.left.left.left.left.size': 1 });
  expectTypeOf<Where<Record<string, unknown>>>().toExtend<object>();
  compileWhere<Record<string, unknown>>({ 'a.b': 1, $or: [{ c: 2 }] });
});

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Nested = Nested[];
interface Wide {
  a: Wide;
  b: Wide[];
  c?: Wide;
  d: { wide: Wide | null };
  e: Wide[][];
  f: Map<string, Wide>;
  g: [Wide, Wide];
  h: Wide | string;
  i: number;
}

test('types that hold themselves are listed to a depth, and cost little', () => {
  compileWhere<{ json: Json; nested: Nested }>({ 'json.a.b': 1, json: 'x', nested: { $size: 1 } });
  compileWhere<Wide>({ 'a.b.c.d.wide.i': 1, 'a.b.i': 1, 'd.wide.i': 1, 'b.0.i': 1, 'h.i': 1, 'g.0.i': 1, i: 1 });
  // @ts-expect-error and a wrong path in them does not compile
  compileWhere<Wide>({ 'a.b.j': 1 });
});

test('a path that there is not does not compile', () => {
  // @ts-expect-error Object literal may only specify known properties, but 'titel' does not exist. Did you mean to write 'title'?
  where({ titel: 'a' });
  // @ts-expect-error Object literal may only specify known properties, and ''author.nmae'' does not exist
  where({ 'author.nmae': 'a' });
  // @ts-expect-error a date has no paths
  where({ 'created.getTime': 1 });
  // @ts-expect-error a text has no paths
  where({ 'title.length': 1 });
  // @ts-expect-error the elements are texts
  where({ 'tags.length': 1 });
  // @ts-expect-error not in a joined filter either
  where({ $or: [{ titel: 'a' }] });
  // @ts-expect-error not in an element either
  where({ comments: { $elemMatch: { from: 'x' } } });
  // @ts-expect-error there is no such operator
  where({ $not: { title: 'a' } });
});

test('an operand that does not fit does not compile', () => {
  // @ts-expect-error Type 'number' is not assignable to type 'string | RegExp | Operators<string> | undefined'
  where({ title: 1 });
  // @ts-expect-error a status that there is not
  where({ status: 'opne' });
  // @ts-expect-error a title is never null
  where({ title: null });
  // @ts-expect-error undefined is refused when it runs as well
  where({ title: undefined });
  // @ts-expect-error a number is compared with numbers
  where({ due: { $gt: '1' } });
  // @ts-expect-error there is no such operator
  where({ due: { $near: 1 } });
  // @ts-expect-error Type 'RegExp' is not assignable to type '"$regex is for texts"'
  where({ due: { $regex: /a/ } });
  // @ts-expect-error a pattern is a RegExp
  where({ title: { $regex: 'a' } });
  // @ts-expect-error Type 'number' is not assignable to type '"$size is for arrays"'
  where({ title: { $size: 1 } });
  // @ts-expect-error Type 'number[]' is not assignable to type '"$mod is for numbers"'
  where({ title: { $mod: [2, 0] } });
  // @ts-expect-error two numbers
  where({ due: { $mod: [2] } });
  // @ts-expect-error an element is a text
  where({ tags: { $contains: 1 } });
  // @ts-expect-error members of an array
  where({ title: { $in: 'a' } });
  // @ts-expect-error likes are a number
  where({ comments: { $elemMatch: { likes: 'x' } } });
});
