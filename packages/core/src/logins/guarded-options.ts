import type { CollectionKey } from '../collections/declare.ts';
import type { StorageDriver } from '../driver.ts';
import type { Key, KeyFamily } from '../keys/key.ts';
import type { Collections, Declaration, Keys } from '../registry.ts';
import type { Store, StoreOptions } from '../store-interface.ts';
import { type Gate, guarded } from './guarded.ts';

export type GuardedOptions = Omit<StoreOptions<Keys, StorageDriver, Collections>, 'name' | 'ports'>;

/** The same declarations with every storage behind a gate; the same one for the same storage or declaration. */
export interface Guards {
  options(options: GuardedOptions): GuardedOptions;
  /** Keys and collections that are declared later are behind it too. */
  store(store: Store): Store;
}

export function guards(gate: Gate): Guards {
  const known = new WeakMap<object, object>();

  function once<T extends object>(item: T, make: (item: T) => T): T {
    const made = (known.get(item) as T | undefined) ?? make(item);
    known.set(item, made);
    return made;
  }

  const driver = (inner: StorageDriver): StorageDriver => once(inner, (each) => guarded(each, gate));

  /** Of a key or a collection: both may name storages of their own. */
  function placed<D extends Key<unknown> | CollectionKey<never>>(declared: D): D {
    const { storage, seed } = declared.options as { storage?: StorageDriver; seed?: StorageDriver };
    return once(declared, () => ({
      ...declared,
      options: { ...declared.options, ...(storage ? { storage: driver(storage) } : {}), ...(seed ? { seed: driver(seed) } : {}) },
    }));
  }

  const family = (declared: KeyFamily<unknown, string>): KeyFamily<unknown, string> => ({
    ...declared,
    make: (argument) => placed(declared.make(argument)),
  });

  const each = <T, U>(items: Readonly<Record<string, T>> = {}, make: (item: T) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(items).map(([name, item]) => [name, make(item)]));

  return {
    options: ({ storage, keys, collections, ...rest }) => ({
      ...rest,
      storage: driver(storage),
      keys: each<Declaration, Declaration>(keys, (declared) => (declared.kind === 'family' ? family(declared) : placed(declared))),
      collections: each(collections, placed as <D>(declared: D) => D),
    }),
    store: (store) => ({
      ...store,
      key: (name, declared) => store.key(name, placed(declared as Key<unknown>) as typeof declared),
      collection: (name, declared) =>
        store.collection(name, declared && (placed(declared as unknown as CollectionKey<never>) as unknown as typeof declared)),
    }),
  };
}
