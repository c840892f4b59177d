import { expectTypeOf, test } from 'vitest';
import { compileSort } from './sort.ts';

interface Note {
  _id: string;
  title: string;
  author: { name: string };
  comments: { likes: number }[];
}

test('a sort names paths and directions', () => {
  expectTypeOf(compileSort<Note>({ title: 1, 'author.name': -1, 'comments.likes': 1, 'comments.0.likes': 1 })).toEqualTypeOf<
    (a: Note, b: Note) => number
  >();
  // @ts-expect-error Object literal may only specify known properties, and ''author.nmae'' does not exist
  compileSort<Note>({ 'author.nmae': 1 });
  // @ts-expect-error Type '"asc"' is not assignable to type '1 | -1 | undefined'
  compileSort<Note>({ title: 'asc' });
  expectTypeOf(compileSort<Record<string, unknown>>({ 'a.b': 1 }))
    .parameter(0)
    .toEqualTypeOf<Record<string, unknown>>();
});
