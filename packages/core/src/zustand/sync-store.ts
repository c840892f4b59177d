import { StoreError } from '../errors.ts';

/** What is used of a zustand store whose state is kept by `persist`. */
export interface Followed<S> {
  getState(): S;
  getInitialState(): S;
  setState(state: S, replace: true): unknown;
  persist: { rehydrate(): Promise<void> | void; getOptions(): { storage?: unknown } };
}

/** The storage that `zustandPersist` gives: it can show in a zustand store what others store. */
export interface Follower<S> {
  follow(api: Followed<S>): () => void;
}

/**
 * Shows in a zustand store what other tabs change, at once and without writing anything. What another tab removes is the initial state
 * again. A store whose hydration has failed is hydrated again as soon as its data can be read. Returns the function that ends it.
 * @throws {StoreError} `INVALID_ARGUMENT` for a store that does not persist with `zustandPersist`
 */
export function syncStore<S>(useStore: Followed<S>): () => void {
  // Without a storage zustand makes no `persist`, whatever the types say.
  const storage = (useStore.persist as Followed<S>['persist'] | undefined)?.getOptions().storage as Follower<S> | undefined;
  if (!storage?.follow) throw new StoreError('INVALID_ARGUMENT', 'Cannot sync this store: it does not persist with zustandPersist()');
  return storage.follow(useStore);
}
