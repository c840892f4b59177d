import { type Collection, type CollectionName, collectionNamed, type DocumentNamed } from '@holdfast/core';
import { present, useNearestStore } from './store-context.ts';

/** A collection: by its name in the store of the nearest `StoreProvider`, or a handle (`store.collections.notes`). */
// biome-ignore lint/suspicious/noExplicitAny: a handle of any type, and `Collection` both takes and gives its own
export type CollectionTarget = CollectionName | Collection<any>;

/** The type of the documents that a name or a handle stands for, without the fields that every document has. */
export type DocumentsOf<Target> = Target extends Collection<infer Doc> ? Doc : Target extends string ? DocumentNamed<Target> : never;

export interface SuspenseOption {
  /** Suspends until there is a first result; a failure reaches the error boundary. Not on a server: it shows the snapshot. @default false */
  suspense?: boolean;
}

/** The collection of this name in the nearest store, or the handle itself. */
export function useCollectionOf<Target extends CollectionTarget>(target: Target): Collection<DocumentsOf<Target>> {
  const store = useNearestStore();
  const found: unknown = typeof target === 'string' ? collectionNamed(present(store), target) : target;
  return found as Collection<DocumentsOf<Target>>;
}
