import { expectTypeOf, test } from 'vitest';
import type { Observable } from '../observable.ts';
import { liveAggregate } from './live-aggregate.ts';
import type { LiveQuery } from './live-query.ts';
import type { Views } from './views.ts';

interface Note {
  readonly _id: string;
  title: string;
  due?: Date;
  minutes: number;
  tags: string[];
}
declare const views: Views<Note>;

test('a live query has the documents of its collection', () => {
  expectTypeOf(views.live({ where: { title: 'a' }, sort: { due: 1 }, after: { _id: 'a' } })).toEqualTypeOf<LiveQuery<Note>>();
  expectTypeOf(views.live().get().data).toEqualTypeOf<readonly Note[]>();
  expectTypeOf(views.document('a')).toEqualTypeOf<Observable<Note | undefined>>();
  expectTypeOf(views.distinct('tags')).toEqualTypeOf<string[]>();
  // @ts-expect-error 'titel' does not exist in type
  views.live({ where: { titel: 'a' } });
});

test('totals are those that were asked for', () => {
  expectTypeOf(liveAggregate(views, {}).get().data).toEqualTypeOf<{ readonly count: number }>();
  const totals = liveAggregate(views, { where: { title: 'a' }, sum: 'minutes', avg: 'minutes', min: 'due' }).get().data;
  expectTypeOf(totals.sum).toEqualTypeOf<number>();
  expectTypeOf(totals.avg).toEqualTypeOf<number | undefined>();
  expectTypeOf(totals.min).toEqualTypeOf<Date | undefined>();
  // @ts-expect-error Property 'max' does not exist
  void totals.max;
  // @ts-expect-error Type '"minute"' is not assignable
  liveAggregate(views, { sum: 'minute' });
});

test('groups have the key that they were made by', () => {
  const [group] = liveAggregate(views, { by: 'tags', max: 'minutes' }).get().data;
  expectTypeOf(group?.key).toEqualTypeOf<string | null | undefined>();
  expectTypeOf(group?.max).toEqualTypeOf<number | undefined>();
  expectTypeOf(group?.count).toEqualTypeOf<number | undefined>();
});
