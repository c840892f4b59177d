import { computed, source } from '../observable.ts';
import { type Query, windowOf } from '../query/query.ts';
import type { Identified } from './change.ts';
import { type LiveQuery, toLiveQuery } from './live-query.ts';

/** A live query that shows more and more of what matches; `data.length < total` says whether there is more. */
export interface LivePages<Doc> extends LiveQuery<Doc> {
  /** Shows so many more, by default as many as at first. Does nothing where all are shown. */
  loadMore(count?: number): void;
}

const PAGE = 20;

/** @param live Gives the live query of a limit. Those of one query share their rows, so a larger one is there at once. */
export function openPages<Doc extends Identified>(
  query: Query<Doc>,
  live: (query: Query<Doc>) => LiveQuery<Doc>,
  documentsOf: (data: readonly Doc[]) => readonly Doc[],
): LivePages<Doc> {
  const size = query.limit || PAGE;
  const limit = source(size);
  const { initial } = live({ ...query, limit: size });
  const { get, subscribe } = computed(() => live({ ...query, limit: limit.get() }).get());
  return Object.assign(toLiveQuery({ get, subscribe, initial }, documentsOf), {
    loadMore(count: number = size) {
      const { end } = windowOf({ skip: query.skip ?? 0, limit: limit.get() + count });
      if (limit.get() + (query.skip ?? 0) < get().total) limit.set(end - (query.skip ?? 0));
    },
  });
}
