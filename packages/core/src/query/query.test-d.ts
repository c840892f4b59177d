import { expectTypeOf, test } from 'vitest';
import type { Query } from './query.ts';

interface Note {
  _id: string;
  title: string;
  author: { name: string };
}

test('a query is plain data, each part typed by the document', () => {
  const query: Query<Note> = {
    where: { 'author.name': 'a' },
    sort: { title: 1 },
    collation: 'de',
    skip: 1,
    limit: 2,
    fields: { title: 1 },
  };
  expectTypeOf(query).toExtend<Query<Note>>();
  // @ts-expect-error Object literal may only specify known properties, but 'wehre' does not exist. Did you mean to write 'where'?
  const misspelt: Query<Note> = { wehre: {} };
  // @ts-expect-error a limit is a number
  const wrong: Query<Note> = { limit: '1' };
  void [misspelt, wrong];
});
