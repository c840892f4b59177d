'use client';

export type { CollectionTarget, DocumentsOf, SuspenseOption } from './collection-of.ts';
export type { Meta } from './meta.ts';
export { StoreProvider, type StoreProviderProps, setDefaultStore, useStore } from './store-context.ts';
export { useAggregate } from './use-aggregate.ts';
export { type CollectionResult, useCollection } from './use-collection.ts';
export { useCount } from './use-count.ts';
export { useDocument } from './use-document.ts';
export { useObservable } from './use-observable.ts';
export { type UsePersistedOptions, usePersisted } from './use-persisted.ts';
