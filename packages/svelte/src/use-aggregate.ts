import { type Aggregate, type AggregateResult, type Aggregation, aggregate, type Document } from '@holdfast/core';
import { toStore } from 'svelte/store';
import { type CollectionSource, collectionOf, type DocumentsOf } from './collection-of.ts';
import { plain } from './draft.ts';
import { track } from './follow.ts';

/** Totals, which effects and templates follow, and a store of them, for `$totals`. */
export interface AggregateState<Data> extends Pick<AggregateResult<Data>, 'status'> {
  /** Zeros while the documents are loaded. */
  readonly current: Data;
  readonly error: AggregateResult<Data>['error'];
  /** Svelte's store contract: calls `run` at once and after each change. Returns the unsubscribe function. */
  subscribe(this: void, run: (totals: Data) => void): () => void;
}

/**
 * Counts, sums, averages and extremes, of all documents or by group, kept up to date: `useAggregate('notes', { by: 'status' })`.
 * A function makes it reactive. With a name, call it while a component is initialised.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or what cannot be computed
 */
export function useAggregate<Source extends CollectionSource, const Spec extends Aggregation<Document<DocumentsOf<NoInfer<Source>>>>>(
  source: Source | (() => Source),
  spec: Spec | (() => Spec),
): AggregateState<Aggregate<Document<DocumentsOf<Source>>, Spec>> {
  const collection = collectionOf(source);

  function result(): AggregateResult<Aggregate<Document<DocumentsOf<Source>>, Spec>> {
    return track(aggregate(collection(), plain(typeof spec === 'function' ? spec() : spec)));
  }

  return {
    get current() {
      return result().data;
    },
    get status() {
      return result().status;
    },
    get error() {
      return result().error;
    },
    subscribe: (run) => toStore(() => result().data).subscribe(run),
  };
}
