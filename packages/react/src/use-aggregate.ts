import { type Aggregate, type AggregateResult, type Aggregation, aggregate, type Document } from '@holdfast/core';
import { type CollectionTarget, type DocumentsOf, useCollectionOf } from './collection-of.ts';
import { useObservable } from './use-observable.ts';

/**
 * Counts, sums, averages and extremes, of all documents or by group, kept up to date: `useAggregate('notes', { by: 'status' })`.
 * The specification may be written inline. Zeros while the documents are loaded.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or what cannot be computed
 */
export function useAggregate<Target extends CollectionTarget, const Spec extends Aggregation<Document<DocumentsOf<NoInfer<Target>>>>>(
  target: Target,
  spec: Spec,
): AggregateResult<Aggregate<Document<DocumentsOf<Target>>, Spec>> {
  return useObservable(aggregate(useCollectionOf(target), spec));
}
