export { syncStore } from './zustand/sync-store.ts';
export { type ZustandPersistOptions, zustandPersist } from './zustand/zustand-persist.ts';
