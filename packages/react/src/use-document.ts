import { type Collection, type Document, hydratedDocument, type Observable } from '@holdfast/core';
import { useMemo } from 'react';
import { type CollectionTarget, type DocumentsOf, type SuspenseOption, useCollectionOf } from './collection-of.ts';
import { useSnapshot } from './store-context.ts';
import { suspend } from './suspend.ts';
import { useObservable } from './use-observable.ts';

/**
 * One document, kept up to date: a change of another one renders nothing. `undefined` while it is loaded, where there is none, and
 * without an id.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have
 */
export function useDocument<Target extends CollectionTarget>(
  target: Target,
  id: string | undefined,
  { suspense = false }: SuspenseOption = {},
): Document<DocumentsOf<Target>> | undefined {
  const collection: Collection<unknown> = useCollectionOf(target);
  const snapshot = useSnapshot();
  const document = useMemo(() => (id === undefined ? NONE : hydratedDocument(collection, id, snapshot)), [collection, id, snapshot]);
  if (suspense) {
    const live = id === undefined ? undefined : collection.live({ where: { _id: id } });
    suspend(live, () => live?.get().status === 'error');
  }
  return useObservable(document) as Document<DocumentsOf<Target>> | undefined;
}

const NONE: Observable<undefined> = { get() {}, initial() {}, subscribe: () => () => {} };
