import { field, type KeyName, type KeyValue, keyNamed, type Path, type PathValue, type Persisted } from '@holdfast/core';
import { toStore } from 'svelte/store';
import { type PersistedState, persistedState } from './persisted-state.ts';
import { findStore, getStoreContext } from './store-context.ts';

/**
 * Reads and writes a persisted value: `usePersisted('theme')`, `usePersisted(store.keys.theme)`, or a part of it,
 * `usePersisted('settings', 'user.name')`. A function makes the choice reactive: `usePersisted(() => store.keys.panel(id))`.
 *
 * On a server, and while the page takes over its HTML, the value is the default. Else, where the storage answers at once, it is the
 * stored one from the first moment. With a name, call it while a component is initialised.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have
 */
export function usePersisted<T>(persisted: Persisted<T> | (() => Persisted<T>)): PersistedState<T>;
export function usePersisted<T, P extends string>(
  persisted: Persisted<T> | (() => Persisted<T>),
  path: Path<T, P>,
): PersistedState<PathValue<T, P>>;
export function usePersisted<Name extends KeyName>(name: Name | (() => Name)): PersistedState<KeyValue<Name>>;
export function usePersisted<Name extends KeyName, P extends string>(
  name: Name | (() => Name),
  path: Path<KeyValue<Name>, P>,
): PersistedState<PathValue<KeyValue<Name>, P>>;
// biome-ignore lint/suspicious/noExplicitAny: of which type is in the signatures above
export function usePersisted(source: Source | (() => Source), path?: string): PersistedState<any> {
  const store = findStore();

  function stateOf(chosen: Source): PersistedState<unknown> {
    const persisted = typeof chosen === 'string' ? keyNamed(store ?? getStoreContext(), chosen) : chosen;
    // biome-ignore lint/suspicious/noExplicitAny: what the path leads to is in the signatures above
    return persistedState(path === undefined ? persisted : field<any, string>(persisted, path));
  }

  return typeof source === 'function' ? chosenBy(() => stateOf(source())) : stateOf(source);
}

// biome-ignore lint/suspicious/noExplicitAny: a handle of any type, and `Persisted` both takes and gives its own
type Source = string | Persisted<any>;

/** Whatever `choose` returns at the moment. */
function chosenBy(choose: () => PersistedState<unknown>): PersistedState<unknown> {
  const chosen = toStore(choose);

  function subscribe(run: (value: unknown) => void): () => void {
    let stop = (): void => {};
    const leave = chosen.subscribe((state) => {
      stop();
      stop = state.subscribe(run);
    });
    return () => {
      leave();
      stop();
    };
  }

  return new Proxy(choose(), {
    get: (_, name) => (name === 'subscribe' ? subscribe : Reflect.get(choose(), name)),
    set: (_, name, value) => Reflect.set(choose(), name, value),
  });
}
