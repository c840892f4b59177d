import type { KeyStatus, Persisted, SaveResult, StoreError } from '@holdfast/core';
import { createSubscriber } from 'svelte/reactivity';
import { draft, isTree, plain } from './draft.ts';
import { beginEdit, type Edit } from './edit.ts';
import { follow, now } from './follow.ts';
import { hydration } from './hydration.ts';
import { createVersion } from './version.svelte.ts';

/**
 * A persisted value in Svelte, two things in one: `current`, which effects and templates follow, and a store, for `$theme`.
 *
 * Objects and arrays may be changed in place, at any depth: `bind:value={settings.current.user.name}`, `$todos[0].done = true`,
 * `todos.current.push(todo)`. All such changes of a turn are one `set`, which keeps what was read or heard of other tabs meanwhile beside
 * them. A `Map`, `Set`, `Date` or `Blob` is replaced as a whole. Methods are closures: they can be passed unbound.
 */
export interface PersistedState<T> {
  /** The value. To set it never throws: what failed is in `error`. */
  current: T;
  /** `loading` until the first read has settled; `error`: what is stored could not be read, and is kept; `read-only`: a newer build wrote it. */
  readonly status: KeyStatus['state'];
  /** Why the value is not as it should be. */
  readonly error: StoreError | undefined;
  /** A change is on its way to storage. */
  readonly pending: boolean;
  /** Storage holds what is shown: it survives a reload. */
  readonly persistent: boolean;
  /** Where the value lives: `memory` where storage is denied or absent. */
  readonly capability: KeyStatus['capability'];
  /** Settles once: fulfilled after the first read, rejected when that ended in `error`. */
  readonly ready: Promise<Persisted<T>>;
  /** Svelte's store contract: calls `run` at once and after each change. Returns the unsubscribe function. */
  subscribe(this: void, run: (value: T) => void): () => void;
  /** Shows the value now and stores it soon. Resolves when it is durable, or when the first try failed; may be ignored. */
  set(this: void, next: T): Promise<SaveResult>;
  /**
   * As in every Svelte store: shows the outcome at once. `change` may change what it is given in place and return that.
   * To change what is stored now, with no other tab in between, use `update` of the key: `store.keys.count.update(…)`.
   */
  update(this: void, change: (value: T) => T): Promise<SaveResult>;
  /** Removes what is stored: the value is the default again, in every tab. */
  reset(this: void): Promise<SaveResult>;
  /** Writes now what waits. */
  flush(this: void): Promise<SaveResult>;
  /** Reads or writes again now, after an error. */
  retry(this: void): Promise<SaveResult>;
}

// Nothing is shared through it: to each persisted value it is one more private property, and is gone when that is.
// biome-ignore lint/suspicious/noExplicitAny: of every type, and a state both takes and gives its own
const known = new WeakMap<object, PersistedState<any>>();

/** Equal calls give the same object, so that all components have the same draft of a value. */
export function persistedState<T>(persisted: Persisted<T>): PersistedState<T> {
  let found: PersistedState<T> | undefined = known.get(persisted);
  if (!found) {
    found = create(persisted);
    known.set(persisted, found);
  }
  return found;
}

function create<T>(persisted: Persisted<T>): PersistedState<T> {
  let edit: Edit<T> | undefined;
  const version = createVersion();
  const followValue = createSubscriber((update) => follow(persisted, update, persisted.get));
  const followStatus = createSubscriber((update) => follow(persisted.status, update, persisted.get));

  function get(): T {
    const phase = hydration();
    // Not kept: one request must not see what another has changed in the default.
    if (phase === 'server') return draft(persisted.initial());
    const original = phase === 'live' ? persisted.get() : persisted.initial();
    if (!edit || edit.isOver() || !Object.is(edit.original, original)) edit = beginEdit(original, persisted, version);
    return edit.value;
  }

  function status(): KeyStatus {
    followStatus();
    return now(persisted.status);
  }

  function written(): Persisted<T> {
    void edit?.write();
    return persisted;
  }

  const state: PersistedState<T> = {
    get current() {
      followValue();
      return get();
    },
    set current(next) {
      void state.set(next);
    },
    get status() {
      return status().state;
    },
    get error() {
      return status().error;
    },
    get pending() {
      return status().pending;
    },
    get persistent() {
      return status().persistent;
    },
    get capability() {
      return status().capability;
    },
    get ready() {
      return persisted.ready;
    },
    subscribe(run) {
      const tell = (): void => run(get());
      tell();
      return follow(persisted, tell, persisted.get);
    },
    set(next) {
      const waiting = edit;
      // `$p.name = 'x'` changes what it got from here and sets the very same object.
      const isSame = isTree(next) && next === get();
      const result = waiting?.write();
      return isSame ? (result ?? persisted.set((same) => same)) : persisted.set(plain(next));
    },
    update: (change) => written().set((value) => plain(change(draft(value)))),
    reset: () => written().reset(),
    flush: () => written().flush(),
    retry: () => written().retry(),
  };
  return state;
}
