import { type Document, hydratedQuery, type Query } from '@holdfast/core';
import { type CollectionTarget, type DocumentsOf, useCollectionOf } from './collection-of.ts';
import { useSnapshot } from './store-context.ts';
import { useObservable } from './use-observable.ts';

/**
 * How many documents match, kept up to date: 0 while they are loaded. Renders again only when the number changes.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or a filter that means nothing
 */
export function useCount<Target extends CollectionTarget>(target: Target, where?: Query<Document<DocumentsOf<Target>>>['where']): number {
  const { get, initial, subscribe } = hydratedQuery(useCollectionOf(target), { ...(where && { where }), limit: 1 }, useSnapshot());
  return useObservable({ get: () => get().total, initial: () => initial().total, subscribe });
}
