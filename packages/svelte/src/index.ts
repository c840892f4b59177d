export type { PersistedState } from './persisted-state.ts';
export { getStoreContext, setDefaultStore, setStoreContext } from './store-context.ts';
export { usePersisted } from './use-persisted.ts';
