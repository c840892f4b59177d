import { type Collection, type CollectionName, collectionNamed, type DocumentNamed } from '@holdfast/core';
import { findStore, getStoreContext } from './store-context.ts';

// biome-ignore lint/suspicious/noExplicitAny: a handle of any type, and `Collection` both takes and gives its own
export type CollectionSource = CollectionName | Collection<any>;

/** The type of the documents that a name or a handle stands for, without the fields that every document has. */
export type DocumentsOf<Source> = Source extends Collection<infer Doc> ? Doc : Source extends string ? DocumentNamed<Source> : never;

/** The collection of the moment. Called while a component is initialised, as a name is looked up in its context. */
export function collectionOf<Source extends CollectionSource>(source: Source | (() => Source)): () => Collection<DocumentsOf<Source>> {
  const store = findStore();
  return () => {
    const chosen: unknown = typeof source === 'function' ? source() : source;
    const found: unknown = typeof chosen === 'string' ? collectionNamed(store ?? getStoreContext(), chosen) : chosen;
    return found as Collection<DocumentsOf<Source>>;
  };
}
