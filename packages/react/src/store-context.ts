import { type RegisteredStore, type Snapshot, StoreError } from '@holdfast/core';
import { createContext, createElement, type ReactNode, useContext } from 'react';

const StoreContext = createContext<RegisteredStore | undefined>(undefined);
const SnapshotContext = createContext<Snapshot | undefined>(undefined);

// The one state of this module, written once by an app without a provider. A server shows no value of any store, so requests share nothing through it.
let defaultStore: RegisteredStore | undefined;

/** Names the store of all components that have no `StoreProvider` above them. Called once, beside `createStore`. */
export function setDefaultStore(store: RegisteredStore): void {
  defaultStore = store;
}

export interface StoreProviderProps {
  store: RegisteredStore;
  /** What a server has found for this page (`dehydrate`): shown by its render, and here until the documents are loaded. */
  snapshot?: Snapshot | undefined;
  children?: ReactNode;
}

/** Names the store of all components below. */
export function StoreProvider({ store, snapshot, children }: StoreProviderProps): ReactNode {
  return createElement(StoreContext.Provider, { value: store }, createElement(SnapshotContext.Provider, { value: snapshot }, children));
}

/** The store of the nearest `StoreProvider`, else the default one. @throws {StoreError} `NO_STORE` */
export function useStore(): RegisteredStore {
  return present(useNearestStore());
}

export function useNearestStore(): RegisteredStore | undefined {
  return useContext(StoreContext) ?? defaultStore;
}

export function present(store: RegisteredStore | undefined): RegisteredStore {
  if (store) return store;
  throw new StoreError(
    'NO_STORE',
    'Cannot find a store: write <StoreProvider store={store}> above this component, or setDefaultStore(store) where the store is made',
  );
}

export function useSnapshot(): Snapshot | undefined {
  return useContext(SnapshotContext);
}
