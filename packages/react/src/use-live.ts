import { type Collection, type Document, hydratedQuery, type LiveResult, type Query } from '@holdfast/core';
import { useEffect, useMemo, useRef } from 'react';
import { useSnapshot } from './store-context.ts';
import { suspend } from './suspend.ts';
import { useObservable } from './use-observable.ts';

/** The result of a query. While another one is loading, `data` and `total` are what was shown before of the same collection. */
export function useLive<Doc>(collection: Collection<Doc>, query: Query<Document<Doc>>, suspense = false): LiveResult<Document<Doc>> {
  const live = hydratedQuery(collection, query, useSnapshot());
  // Written after a commit only, so that a render which never commits leaves nothing behind.
  const committed = useRef<{ readonly of: Collection<Doc>; readonly result: LiveResult<Document<Doc>> }>(undefined);
  const before = committed.current?.of === collection ? committed.current.result : undefined;
  if (suspense) suspend(before ? undefined : live, () => live.get().status === 'error');
  const result = useObservable(live);
  if (suspense && result.error) throw result.error;
  const shown = useMemo(
    () => (before && result.status === 'loading' ? { ...result, data: before.data, total: before.total } : result),
    [before, result],
  );
  useEffect(() => {
    committed.current = { of: collection, result: shown };
  }, [collection, shown]);
  return shown;
}
