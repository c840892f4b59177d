import { expectTypeOf, test } from 'vitest';
import type { Operation } from './operations.ts';
import { applyUpdate, toOperations } from './update.ts';
import type { Update } from './update-type.ts';

interface Note {
  _id: string;
  title: string;
  due?: number;
  seen: Date;
  big: bigint;
  tags: string[];
  author: { name: string; nick?: string };
  comments: { by: string; likes: number }[];
  byDay: Record<string, number>;
  extra: unknown;
}
declare const note: Note;

const update = (change: Update<Note>): Update<Note> => change;

test('an update takes a patch, or operators for dotted paths', () => {
  update({ title: 'a', due: undefined, author: { name: 'a' } });
  update({
    $set: { title: 'a', 'author.name': 'b', 'tags.0': 'c', 'comments.0.likes': 1, 'byDay.monday': 1, due: undefined, 'extra.a': 1 },
  });
  update({ $unset: { due: true, 'author.nick': true }, $currentDate: { seen: true } });
  update({
    $inc: { due: 1, big: 1n, 'comments.0.likes': 2 },
    $mul: { 'byDay.monday': 2 },
    $min: { title: 'a' },
    $max: { seen: new Date() },
  });
  update({ $push: { tags: 'a', comments: { $each: [{ by: 'x', likes: 1 }], $position: 0, $sort: { likes: -1 }, $slice: 5 } } });
  update({ $addToSet: { tags: { $each: ['a', 'b'] } }, $pop: { comments: 1 }, $rename: { due: 'extra' } });
  update({ $pull: { tags: /a/, comments: { likes: { $lt: 1 }, by: 'x' } } });
  update({ $pull: { tags: { $in: ['a'] } } });
  expectTypeOf(applyUpdate(note, { title: 'a' }, Date.now)).toEqualTypeOf<Note>();
  expectTypeOf(toOperations(note, { $inc: { due: 1 } }, Date.now)).toEqualTypeOf<readonly Operation[]>();
});

test('a path that there is not does not compile', () => {
  // @ts-expect-error Object literal may only specify known properties, but 'titel' does not exist. Did you mean to write 'title'?
  update({ titel: 'a' });
  // @ts-expect-error and ''author.nmae'' does not exist
  update({ $set: { 'author.nmae': 'a' } });
  // @ts-expect-error an update leads into an array by an index alone
  update({ $set: { 'comments.likes': 1 } });
  // @ts-expect-error the _id never changes
  update({ $set: { _id: 'a' } });
  // @ts-expect-error a patch has no paths
  update({ 'author.name': 'a' });
  // @ts-expect-error there is no such operator
  update({ $bit: { due: { and: 1 } } });
});

test('an operand that does not fit does not compile', () => {
  // @ts-expect-error a title is a text
  update({ title: 1 });
  // @ts-expect-error a name is a text
  update({ $set: { 'author.name': 1 } });
  // @ts-expect-error Type 'number' is not assignable to type '"$inc is for numbers"'
  update({ $inc: { title: 1 } });
  // @ts-expect-error a bigint is counted by a bigint
  update({ $inc: { big: 1 } });
  // @ts-expect-error Type 'true' is not assignable to type '"$unset is for what may be missing"'
  update({ $unset: { title: true } });
  // @ts-expect-error Type 'string' is not assignable to type '"$push is for arrays"'
  update({ $push: { title: 'a' } });
  // @ts-expect-error a tag is a text
  update({ $push: { tags: 1 } });
  // @ts-expect-error $slice is a number
  update({ $push: { tags: { $each: ['a'], $slice: '1' } } });
  // @ts-expect-error 1 or -1
  update({ $pop: { tags: 2 } });
  // @ts-expect-error there is no such path
  update({ $rename: { due: 'deu' } });
  // @ts-expect-error a date
  update({ $currentDate: { due: true } });
});
