'use client';

export type { Meta } from './meta.ts';
export { StoreProvider, setDefaultStore, useStore } from './store-context.ts';
export { useObservable } from './use-observable.ts';
export { type UsePersistedOptions, usePersisted } from './use-persisted.ts';
