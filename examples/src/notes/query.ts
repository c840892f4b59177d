import type { Document, Query } from '@holdfast/core';
import type { Note, View } from './state.ts';

const PAGE = 50;

const sorts: Record<View['order'], NonNullable<Query<Document<Note>>['sort']>> = {
  changed: { _updated: -1 },
  newest: { _created: -1 },
  title: { title: 1 },
};

/** The query that a view stands for: plain data, made anew in each render. */
export function queryOf({ search, show, tag, order }: View): Query<Document<Note>> {
  const text = { $contains: search.trim(), $options: 'i' } as const;
  return {
    where: {
      ...(show === 'all' ? {} : { done: show === 'done' }),
      ...(tag === null ? {} : { tags: tag }),
      ...(search.trim() === '' ? {} : { $or: [{ title: text }, { body: text }, { tags: text }] }),
    },
    sort: sorts[order],
    limit: PAGE,
  };
}
