import { browserPorts } from './browser.ts';
import type { CollectionKey } from './collections/declare.ts';
import type { OpenCollections } from './collections/open-collections.ts';
import type { StorageDriver } from './driver.ts';
import { SAVED, type SaveResult, StoreError } from './errors.ts';
import type { Cell } from './home/cell.ts';
import { createHome, type Home } from './home/home.ts';
import { encodePath } from './key-path.ts';
import type { Key, KeyFamily } from './keys/key.ts';
import { persist } from './keys/persist.ts';
import type { Persisted } from './keys/persisted.ts';
import { lazily } from './lazily.ts';
import { batch } from './observable.ts';
import type { Ports } from './ports.ts';
import type { Collections, Declaration, Keys } from './registry.ts';
import { CONTENTS, type ErrorListener, type Store, type StoreOptions } from './store-interface.ts';
import { removeAll } from './stored-entries.ts';
import type { Contents } from './transfer/contents.ts';

/** A store: typed keys, each on its driver, the same in every tab. Touches no storage until the first key is used. */
export function createStore<const K extends Keys, Default extends StorageDriver, const C extends Collections = Record<never, never>>(
  options: StoreOptions<K, Default, C>,
): Store<K, C> {
  const { name, storage, keys: declaredKeys = {} } = options;
  const collections = (options.collections ?? {}) as unknown as Readonly<Record<string, CollectionKey<never>>>;
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const homes = new Map<StorageDriver, Home>();
  const listeners = new Set<ErrorListener>(options.onError ? [options.onError] : []);

  function tell(error: StoreError, key: string): void {
    if (listeners.size === 0) ports.report(error);
    for (const listener of listeners) {
      try {
        listener(error, key);
      } catch (thrown) {
        ports.report(thrown);
      }
    }
  }

  function homeOf(driver: StorageDriver): Home {
    const home = homes.get(driver) ?? createHome(name, driver, ports, tell);
    homes.set(driver, home);
    return home;
  }

  const homeOfKey: Contents['homeOf'] = (declared) => homeOf(declared.options.storage ?? storage);

  function open<T>(declared: Key<T>, key: string, ...argument: string[]): Persisted<T> {
    const home = homeOfKey(declared);
    const shown = argument.length === 0 ? key : `${key}(${argument})`;
    const cell = persist(shown, encodePath([name, key, ...argument]), declared, home);
    home.add(cell);
    return cell;
  }

  function family(declared: KeyFamily<unknown, string>, key: string): (argument: string) => Persisted<unknown> {
    const members = new Map<string, Persisted<unknown>>();
    return (argument) => {
      const member = members.get(argument) ?? open(declared.make(argument), key, argument);
      members.set(argument, member);
      return member;
    };
  }

  const added = new Map<string, { declared: Declaration; persisted: Persisted<unknown> }>();

  function keyOf<T>(key: string, declared: Key<T>): Persisted<T> {
    const known = added.get(key);
    if (Object.hasOwn(declaredKeys, key) || (known && known.declared !== declared))
      throw new StoreError('INVALID_ARGUMENT', `Cannot declare the key "${key}" twice`);
    const { persisted } = known ?? { persisted: open(declared, key) };
    added.set(key, { declared, persisted: persisted as Persisted<unknown> });
    return persisted as Persisted<T>;
  }

  /** Of a thousand declared keys those are opened that are used. */
  const keys = lazily(declaredKeys as Keys, (declared, key) => (declared.kind === 'family' ? family(declared, key) : open(declared, key)));
  // What the store is asked for as a whole is asked of every storage.
  for (const declared of Object.values<Declaration>(declaredKeys)) if (declared.kind === 'key') homeOfKey(declared);

  let documents: OpenCollections | undefined;

  /** A declaration brings the code for collections with it. */
  function collectionsBy(declared: CollectionKey<never> | undefined, what: string): OpenCollections {
    documents ??= declared?.openAll({ name, storage, collections, keys, homes, homeOf });
    if (documents) return documents;
    throw new StoreError('INVALID_ARGUMENT', `Cannot ${what} without a declared collection`);
  }

  const [first] = Object.values(collections);
  const opened = first && collectionsBy(first, '').opened;

  const stopListening = ports.lifecycle.listen((event) => {
    for (const home of homes.values()) {
      if (event === 'show') home.show();
      else home.hide();
    }
  });

  const cells = (): Cell[] => [...homes.values()].flatMap((home) => [...home.cells.values()]);

  const contents = (): Contents => ({
    name,
    ports,
    keys: declaredKeys as Keys,
    homeOf: homeOfKey,
    homes: [...homes.values()].filter((home) => !documents?.isSecond(home)),
    collections: documents?.opened ?? new Map(),
  });

  async function flush(): Promise<SaveResult> {
    const results = await Promise.all(cells().map((cell) => cell.flush()));
    return results.find((result) => !result.saved) ?? SAVED;
  }

  return {
    name,
    keys: keys as Store<K, C>['keys'],
    key: keyOf,
    collections: Object.fromEntries(Array.from(opened ?? [], ([key, { collection }]) => [key, collection])) as unknown as Store<
      K,
      C
    >['collections'],
    collection: (collection, declared) => collectionsBy(declared as never, `open "${collection}"`).open(collection, declared),
    transaction: async (work) => collectionsBy(undefined, 'begin a transaction').transaction(work as never),
    export(options) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      import('./transfer/export.ts')
        .then(({ exportStore }) => exportStore(contents(), options).pipeTo(writable))
        .catch((reason) => writable.abort(reason).catch(() => {}));
      return readable;
    },
    import: async (stream, options) => (await import('./transfer/import.ts')).importStore(contents(), stream, options),
    usage: async () => (await import('./usage.ts')).usageOf(contents()),
    flush,
    async destroy() {
      // What waits, or could not be stored, must not come back afterwards.
      batch(() => {
        for (const cell of cells()) cell.abandon();
      });
      await flush();
      for (const home of homes.values()) {
        // Stored now, it is removed too, and not by the next start stored again.
        await home.notes?.recover();
        await removeAll(home, name);
        await Promise.all(Array.from(home.cells.values(), (cell) => cell.reread()));
      }
    },
    async close() {
      await flush();
      stopListening();
      await Promise.all(Array.from(homes.values(), (home) => home.close()));
    },
    [CONTENTS]: contents,
    onError(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
