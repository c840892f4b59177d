import { type RegisteredStore, type Snapshot, StoreError } from '@holdfast/core';
import { getContext, setContext } from 'svelte';
import { hydration } from './hydration.ts';

const STORE = Symbol('holdfast store');
const SNAPSHOT = Symbol('holdfast snapshot');

let defaultStore: RegisteredStore | undefined;

/**
 * Gives the store to this component and all below it. Called while the component is initialised. Returns the store.
 * @param snapshot What a server has found for this page (`dehydrate`): shown by its render, and here until the documents are loaded.
 */
export function setStoreContext<S extends RegisteredStore>(store: S, snapshot?: Snapshot): S {
  // The root of a page that a server made hydrates now, and what is mounted later does not.
  hydration();
  setContext(SNAPSHOT, snapshot);
  return setContext(STORE, store);
}

/** The store for where there is no context: for an app that has one. Keep to the context on a server where each request has its own. */
export function setDefaultStore(store: RegisteredStore): void {
  defaultStore = store;
}

/** The store of the nearest `setStoreContext` above, else the default one. @throws {StoreError} `NO_STORE` */
export function getStoreContext(): RegisteredStore {
  const store = findStore();
  if (!store)
    throw new StoreError(
      'NO_STORE',
      'Cannot find a store: call `setStoreContext(store)` in a component above or `setDefaultStore(store)` at the start',
    );
  return store;
}

export function findStore(): RegisteredStore | undefined {
  return contextOf<RegisteredStore>(STORE) ?? defaultStore;
}

export function getSnapshot(): Snapshot | undefined {
  return contextOf<Snapshot>(SNAPSHOT);
}

function contextOf<T>(key: symbol): T | undefined {
  try {
    return getContext<T | undefined>(key);
  } catch {
    return undefined; // outside of a component there is no context
  }
}
