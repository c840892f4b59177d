import type { PersistOptions, StorageValue } from 'zustand/middleware';
import { equal } from '../equal.ts';
import { type SaveResult, StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';
import type { Key } from '../keys/key.ts';
import type { Store } from '../store-interface.ts';
import { rebase } from './rebase.ts';
import type { Followed, Follower } from './sync-store.ts';

/** The options of zustand's `persist`, without those that Holdfast gives. */
export type ZustandPersistOptions<S, P = S> = Omit<PersistOptions<S, P>, 'name' | 'storage'>;

/** What is stored under the name of a zustand store. */
type Saved = StorageValue<unknown>;

/** One declaration for all: a store takes a second one for the same name only if it is the same object. */
const DECLARED: Key<Saved | undefined> = { kind: 'key', initial: undefined, options: {}, lifetimeMs: undefined, version: 1 };

/**
 * The options that make zustand's `persist` keep a state under the key `name` of a store: `persist(creator, zustandPersist(store, 'app'))`.
 *
 * zustand's own contract holds, with these promises on top:
 * - Changes made before the stored state arrived win over it, field by field of the top level, and cost it nothing.
 * - A write stores the changed fields on top of what is stored by then, so tabs that change different fields both keep theirs.
 * - `setState` returns a promise of a `SaveResult`: await it to know that the state is durable. It never rejects.
 * - Data of a newer version, and of an older one that `migrate` could not take, is never written over; `store.onError` hears why.
 *
 * Functions of the top level are not stored; deeper ones are refused with `UNSUPPORTED_VALUE`. zustand's `version` is stored beside the
 * state as it is, any number. It is not the version of a Holdfast key: `migrate` is zustand's, called once for whatever version was stored.
 * Give `merge` and `onRehydrateStorage` here, not beside the result: it has its own.
 * With `skipHydration`, changes made before `rehydrate` win only if `syncStore` was called before them: it knows the initial state.
 * @throws {StoreError} `INVALID_ARGUMENT` for a name that is declared in the store
 */
export function zustandPersist<S, P = S>(
  store: Pick<Store, 'key'>,
  name: string,
  options: ZustandPersistOptions<S, P> = {},
): PersistOptions<S, P> {
  let cell = store.key(name, DECLARED);
  /** The state of the creator, with nothing stored. */
  let initial: S | undefined;
  /** What was shown when the hydration under way began; while there was none before, the initial state. */
  let start: S | undefined;
  let isHydrated = false;
  let hasFailed = false;
  let version: number | undefined;
  /** What zustand has for storage. Absent: nothing, we have removed it. */
  let mine: unknown;
  /** What storage held when it was in step with `mine`. Absent: it is to hold all of `mine` and nothing else. */
  let base: unknown;
  /** What the last write took for `mine`. */
  let sent: unknown;
  /** The stored state that hydration was given, where it needs no migration. */
  let offered: unknown;
  /** Why nothing is written, told once a hydration. */
  let refusal: StoreError | undefined;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let followed: Followed<S> | undefined;
  let unfollow = (): void => {};

  /** What zustand stores of a state. */
  function snapshot(state: S | undefined): unknown {
    const copy = { ...(state as S) };
    return withoutFunctions(settings.partialize ? settings.partialize(copy) : copy);
  }

  function at(asked: string): void {
    if (asked === cell.name) return;
    cell = store.key(asked, DECLARED);
    base = undefined;
    mine = undefined;
    if (followed) storage.follow(followed);
  }

  /** Tells those who listen to the store. */
  function tell(error: StoreError): StoreError {
    void cell.set(() => {
      throw error;
    });
    return error;
  }

  /** Says what storage is to hold at the moment of the write, so that nothing comes in the wrong order. Runs again when another tab was faster. */
  function change(fresh: Saved | undefined): Saved | undefined {
    sent = mine;
    if (mine === undefined) return fresh;
    const isOther = fresh && fresh.version !== version;
    const isNewer = Number(fresh?.version) > Number(version);
    if (isNewer || (isOther && !isHydrated)) {
      refusal ??= tell(
        new StoreError(isNewer ? 'NEWER_DATA' : 'MIGRATION_FAILED', `Cannot write over "${name}": it holds another version`),
      );
      throw refusal;
    }
    const state = isOther ? mine : rebase(base, mine, fresh ? fresh.state : snapshot(initial));
    return version === undefined ? { state } : { state, version };
  }

  async function write(): Promise<SaveResult> {
    const result = await cell.update(change);
    if (result.saved && sent === mine) base = mine;
    return result;
  }

  function read(): StorageValue<P> | null {
    const { state, error } = cell.status.get();
    if (state === 'error') throw error;
    const entry = cell.get();
    if (!entry) return null;
    const isOther = entry.version !== settings.version;
    offered = isOther ? undefined : entry.state;
    // A migration may change what it is given.
    return { ...entry, state: (isOther ? structuredClone(entry.state) : rebase(base, mine, entry.state)) as P };
  }

  /** Shows what is stored, with what was changed here and is not stored yet on top. */
  function adopt(mayHydrate?: boolean): void {
    const entry = cell.get();
    const isOther = entry && entry.version !== settings.version;
    if (!followed || cell.status.get().state === 'error') return;
    if (mayHydrate && (hasFailed || (isHydrated && isOther))) void followed.persist.rehydrate();
    else if (isHydrated && !isOther && (entry || base !== undefined)) {
      const current = followed.getState();
      const shown = snapshot(current);
      const theirs = entry ? entry.state : snapshot(initial);
      const state = rebase(base, mine, theirs);
      const next = !entry ? rebase(base, mine, initial) : options.merge ? options.merge(state, current) : rebase(shown, state, current);
      base = theirs;
      mine = snapshot(next as S);
      if (!equal(mine, shown)) followed.setState(next as S, true);
    }
  }

  const storage: NonNullable<PersistOptions<S, P>['storage']> & Follower<S> = {
    getItem(asked) {
      at(asked);
      cell.get();
      return cell.status.get().state === 'loading' ? cell.ready.then(read, read) : read();
    },
    async setItem(asked, value) {
      at(asked);
      if (initial === undefined) return opened.then(write);
      if (!isHydrated) base ??= snapshot(initial);
      mine = withoutFunctions(value.state);
      version = value.version;
      return (cell.get() ?? value).version === version && equal(base, mine) ? { saved: true } : write();
    },
    removeItem(asked) {
      at(asked);
      isHydrated = true;
      base = undefined;
      mine = undefined;
      return cell.reset();
    },
    follow(api) {
      unfollow();
      followed = api;
      initial = api.getInitialState();
      const stops = [cell.subscribe(() => adopt(true)), cell.status.subscribe(() => hasFailed && adopt(true))];
      unfollow = () => {
        followed = undefined;
        for (const stop of stops) stop();
      };
      adopt(true);
      return () => unfollow();
    },
  };

  /** The options as zustand has them now: `setOptions` may have changed them. */
  let settings: PersistOptions<S, P> = {
    ...options,
    name,
    storage,
    onRehydrateStorage(state) {
      settings = this;
      initial ??= state;
      start = isHydrated ? state : initial;
      const post = options.onRehydrateStorage?.(state);
      return (hydrated, error) => {
        hasFailed = error !== undefined;
        // Whoever listens to the store has heard of what its key could not read.
        if (hasFailed && error !== cell.status.get().error)
          tell(new StoreError('MIGRATION_FAILED', `Cannot hydrate "${name}"`, { cause: error }));
        post?.(hydrated, error);
        if (!hasFailed) adopt();
      };
    },
    merge(persisted, current) {
      const stored = options.merge ? options.merge(persisted, current) : { ...current, ...(persisted as Partial<S>) };
      const merged = rebase(start, current, stored);
      // With nothing stored what is shown stays: it is no change of ours that others must see.
      if (persisted !== undefined || !isHydrated) {
        base = persisted === undefined ? snapshot(initial) : (offered ?? persisted);
        mine = snapshot(merged);
      }
      version = settings.version;
      refusal = undefined;
      isHydrated = true;
      open();
      if (merged !== stored) void write();
      return merged;
    },
  };
  return settings;
}

function withoutFunctions(state: unknown): unknown {
  return isPlain(state) ? Object.fromEntries(Object.entries(state).filter(([, value]) => typeof value !== 'function')) : state;
}
