export type { CollectionSource, DocumentsOf } from './collection-of.ts';
export type { PersistedState } from './persisted-state.ts';
export { getStoreContext, setDefaultStore, setStoreContext } from './store-context.ts';
export { type AggregateState, useAggregate } from './use-aggregate.ts';
export { type CollectionState, useCollection } from './use-collection.ts';
export { type CountState, useCount } from './use-count.ts';
export { type DocumentState, useDocument } from './use-document.ts';
export { usePersisted } from './use-persisted.ts';
