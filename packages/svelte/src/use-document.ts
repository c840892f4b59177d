import { type Document, hydratedDocument } from '@holdfast/core';
import { toStore } from 'svelte/store';
import { type CollectionSource, collectionOf, type DocumentsOf } from './collection-of.ts';
import { track } from './follow.ts';
import { rowOf } from './row.ts';
import { getSnapshot } from './store-context.ts';

/** One document, which effects and templates follow, and a store of it, for `$note`. */
export interface DocumentState<Doc> {
  /**
   * `undefined` while it is loaded, where there is none, and without an id. It may be changed in place, at any depth:
   * `bind:value={note.current.title}` is an `update` of that field.
   */
  readonly current: Document<Doc> | undefined;
  /** Svelte's store contract: calls `run` at once and after each change. Returns the unsubscribe function. */
  subscribe(this: void, run: (document: Document<Doc> | undefined) => void): () => void;
}

/**
 * One document, kept up to date: `useDocument('notes', () => id)`. With a name, call it while a component is initialised.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have
 */
export function useDocument<Source extends CollectionSource>(
  source: Source | (() => Source),
  id: string | (() => string | undefined),
): DocumentState<DocumentsOf<Source>> {
  type Doc = DocumentsOf<Source>;
  const collection = collectionOf(source);
  const snapshot = getSnapshot();

  function get(): Document<Doc> | undefined {
    const of = collection();
    const asked = typeof id === 'function' ? id() : id;
    if (asked === undefined) return undefined;
    const document = track(hydratedDocument(of, asked, snapshot), of.document(asked));
    return document && rowOf(of as never, document);
  }

  return {
    get current() {
      return get();
    },
    subscribe: (run) => toStore(get).subscribe(run),
  };
}
