import { type Document, hydratedQuery, type Query } from '@holdfast/core';
import { toStore } from 'svelte/store';
import { type CollectionSource, collectionOf, type DocumentsOf } from './collection-of.ts';
import { plain } from './draft.ts';
import { track } from './follow.ts';
import { getSnapshot } from './store-context.ts';

type WhereOf<Source> = Query<Document<DocumentsOf<Source>>>['where'];

/** A number, which effects and templates follow, and a store of it, for `$open`. */
export interface CountState {
  /** 0 while the documents are loaded. */
  readonly current: number;
  /** Svelte's store contract: calls `run` at once and after each change. Returns the unsubscribe function. */
  subscribe(this: void, run: (count: number) => void): () => void;
}

/**
 * How many documents match, kept up to date: `useCount('notes', () => ({ done }))`. With a name, call it while a component is initialised.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or a filter that means nothing
 */
export function useCount<Source extends CollectionSource>(
  source: Source | (() => Source),
  where?: NoInfer<WhereOf<Source> | (() => WhereOf<Source>)>,
): CountState {
  const collection = collectionOf(source);
  const snapshot = getSnapshot();

  function get(): number {
    const asked = plain(typeof where === 'function' ? where() : where) as WhereOf<Source>;
    const query = { ...(asked && { where: asked }), limit: 1 };
    return track(hydratedQuery(collection(), query, snapshot), collection().live(query)).total;
  }

  return {
    get current() {
      return get();
    },
    subscribe: (run) => toStore(get).subscribe(run),
  };
}
