import { type Collection, canonicalQuery, type Document, type LiveResult, type Query } from '@holdfast/core';
import { useCallback, useMemo, useState } from 'react';
import { type CollectionTarget, type DocumentsOf, type SuspenseOption, useCollectionOf } from './collection-of.ts';
import { useLive } from './use-live.ts';

/** The result of a query, and what can be done with its collection: functions that are the same in every render. */
export interface CollectionResult<Doc>
  extends LiveResult<Document<Doc>>,
    Pick<Collection<Doc>, 'insert' | 'insertMany' | 'upsert' | 'update' | 'updateMany' | 'replace'> {
  readonly remove: Collection<Doc>['delete'];
  readonly removeMany: Collection<Doc>['deleteMany'];
  /** There are rows behind the last one. */
  readonly hasMore: boolean;
  /** Raises the limit by the query's `limit`, until another query is asked. */
  loadMore(): void;
}

/**
 * What a query finds, kept up to date: by the name of a collection in the store of the nearest `StoreProvider`, or by a handle
 * (`store.collections.notes`). The query may be written inline. When it changes, the rows of the one before stay until the new ones
 * are there; `status` is `loading` meanwhile.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or a query that means nothing
 */
export function useCollection<Target extends CollectionTarget>(
  target: Target,
  query: Query<Document<DocumentsOf<Target>>> = {},
  { suspense }: SuspenseOption = {},
): CollectionResult<DocumentsOf<Target>> {
  const collection = useCollectionOf(target);
  const { skip = 0, limit = 0 } = query;
  const asked = canonicalQuery(query as Query<never>);
  const [grown, grow] = useState({ asked, limit });
  const isGrown = grown.asked === asked;
  const result = useLive(collection, isGrown ? { ...query, limit: grown.limit } : query, suspense);
  const loadMore = useCallback(() => grow((now) => ({ asked, limit: (now.asked === asked ? now.limit : limit) + limit })), [asked, limit]);
  return useMemo(() => {
    const { insert, insertMany, upsert, update, updateMany, replace, delete: remove, deleteMany: removeMany } = collection;
    const hasMore = skip + result.data.length < result.total;
    return { ...result, hasMore, loadMore, insert, insertMany, upsert, update, updateMany, replace, remove, removeMany };
  }, [collection, result, skip, loadMore]);
}
