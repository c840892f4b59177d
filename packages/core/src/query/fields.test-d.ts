import { expectTypeOf, test } from 'vitest';
import { project } from './fields.ts';

interface Note {
  _id: string;
  title: string;
  author: { name: string };
  comments: { likes: number }[];
}

test('a projection names paths, to keep or to leave out', () => {
  expectTypeOf(project<Note>({ title: 1, 'author.name': true, 'comments.likes': 1, _id: 0 })).returns.toEqualTypeOf<Partial<Note>>();
  project<Note>({ title: 0, 'author.name': false, _id: 1 });
  // @ts-expect-error both at once
  project<Note>({ title: 1, 'author.name': 0 });
  // @ts-expect-error Object literal may only specify known properties, and ''author.nmae'' does not exist
  project<Note>({ 'author.nmae': 1 });
});
