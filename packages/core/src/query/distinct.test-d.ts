import { expectTypeOf, test } from 'vitest';
import { distinct } from './distinct.ts';

interface Note {
  title: string;
  due?: number;
  tags: string[];
  comments: { by: string; likes: number[] }[];
}
declare const notes: Note[];

test('the values are those at the path, of an array its elements', () => {
  expectTypeOf(distinct(notes, 'title')).toEqualTypeOf<string[]>();
  expectTypeOf(distinct(notes, 'due')).toEqualTypeOf<number[]>();
  expectTypeOf(distinct(notes, 'tags')).toEqualTypeOf<string[]>();
  expectTypeOf(distinct(notes, 'comments.by')).toEqualTypeOf<string[]>();
  expectTypeOf(distinct(notes, 'comments.likes')).toEqualTypeOf<number[]>();
  // @ts-expect-error Argument of type '"titel"' is not assignable
  distinct(notes, 'titel');
});
