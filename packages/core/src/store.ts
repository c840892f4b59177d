import { browserPorts } from './browser.ts';
import type { Collection } from './collections/collection.ts';
import type { CollectionKey } from './collections/declare.ts';
import type { OpenCollection } from './collections/documents.ts';
import type { OpenKey } from './collections/transaction.ts';
import type { StorageDriver } from './driver.ts';
import { type SaveResult, StoreError } from './errors.ts';
import type { Cell } from './home/cell.ts';
import { createHome, type Home } from './home/home.ts';
import { encodePath } from './key-path.ts';
import type { Key, KeyFamily } from './keys/key.ts';
import { persist } from './keys/persist.ts';
import type { Persisted } from './keys/persisted.ts';
import { batch } from './observable.ts';
import type { Ports } from './ports.ts';
import type { Collections, Declaration, Keys, Transaction } from './registry.ts';
import { CONTENTS, type ErrorListener, type Store, type StoreOptions } from './store-interface.ts';
import { entriesOf, removeAll } from './stored-entries.ts';
import type { Contents } from './transfer/contents.ts';

/** A store: typed keys, each on its driver, the same in every tab. Touches no storage until the first key is used. */
export function createStore<const K extends Keys, Default extends StorageDriver, const C extends Collections = Record<never, never>>(
  options: StoreOptions<K, Default, C>,
): Store<K, C> {
  const { name, storage, keys = {} as K, collections = {} as C } = options;
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const homes = new Map<StorageDriver, Home>();
  /** The same storages, with a log for collections where they have none. */
  const logs = new Map<StorageDriver, StorageDriver>();
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
    let home = homes.get(driver);
    if (!home) {
      home = createHome(name, driver, ports, tell);
      homes.set(driver, home);
    }
    return home;
  }

  const openKeys = new Map<Persisted<unknown>, OpenKey<unknown>>();

  function open<T>(declared: Key<T>, path: readonly string[]): Persisted<T> {
    const home = homeOf(declared.options.storage ?? storage);
    const [key, argument] = path;
    const cell = persist(argument === undefined ? `${key}` : `${key}(${argument})`, encodePath([name, ...path]), declared, home);
    home.add(cell);
    openKeys.set(cell as Persisted<unknown>, { persisted: cell, declared, home } as unknown as OpenKey<unknown>);
    return cell;
  }

  function family(declared: KeyFamily<unknown, string>, key: string): (argument: string) => Persisted<unknown> {
    const members = new Map<string, Persisted<unknown>>();
    return (argument) => {
      let member = members.get(argument);
      if (!member) {
        member = open(declared.make(argument), [key, argument]);
        members.set(argument, member);
      }
      return member;
    };
  }

  const added = new Map<string, { declared: Declaration; persisted: Persisted<unknown> }>();

  function keyOf<T>(key: string, declared: Key<T>): Persisted<T> {
    let known = added.get(key);
    if (Object.hasOwn(keys, key) || (known && known.declared !== declared))
      throw new StoreError('INVALID_ARGUMENT', `Cannot declare the key "${key}" twice`);
    if (!known) {
      known = { declared, persisted: open(declared, [key]) as Persisted<unknown> };
      added.set(key, known);
    }
    return known.persisted as Persisted<T>;
  }

  const opened = Object.fromEntries(
    Object.entries(keys).map(([key, declared]: [string, Declaration]) => [
      key,
      declared.kind === 'family' ? family(declared, key) : open(declared, [key]),
    ]),
  );

  function openCollection<Doc>(collection: string, declared: CollectionKey<Doc>): OpenCollection<Doc> {
    const place = declared.options.storage ?? storage;
    const withLog = logs.get(place) ?? declared.logged(place);
    logs.set(place, withLog);
    return declared.open(collection, name, homeOf(withLog));
  }

  const openedCollections = new Map<string, OpenCollection<never>>(
    Object.entries<CollectionKey<never>>(collections as Readonly<Record<string, never>>).map(([collection, declared]) => [
      collection,
      openCollection(collection, declared),
    ]),
  );

  function collectionOf<Doc>(collection: string, declared?: CollectionKey<Doc>): Collection<Doc> {
    const known = openedCollections.get(collection);
    const declaration = declared ?? Object.values<CollectionKey<Doc>>(collections as Readonly<Record<string, never>>)[0];
    if (!declaration || (known && declared))
      throw new StoreError(
        'INVALID_ARGUMENT',
        `Cannot open the collection "${collection}": ${known ? 'it is declared' : 'give its declaration'}`,
      );
    const opened = known ?? (openCollection(collection, declaration) as unknown as OpenCollection<never>);
    openedCollections.set(collection, opened);
    return opened.collection as unknown as Collection<Doc>;
  }

  const stopListening = ports.lifecycle.listen((event) => {
    for (const home of homes.values()) {
      if (event === 'show') home.show();
      else home.hide();
    }
  });

  const cells = (): Cell[] => [...homes.values()].flatMap((home) => [...home.cells.values()]);

  /** A storage is there twice where keys lie in it without a log and collections with one. */
  function isSecond(place: StorageDriver): boolean {
    return [...logs].some(([plain, withLog]) => withLog === place && plain !== place && homes.has(plain));
  }

  const contents = (): Contents => ({ name, ports, homes: [...homes.values()], collections: openedCollections });

  async function flush(): Promise<SaveResult> {
    const results = await Promise.all(cells().map((cell) => cell.flush()));
    return results.find((result) => !result.saved) ?? { saved: true };
  }

  return {
    name,
    keys: opened as Store<K, C>['keys'],
    key: keyOf,
    collections: Object.fromEntries(Array.from(openedCollections, ([key, { collection }]) => [key, collection])) as unknown as Store<
      K,
      C
    >['collections'],
    collection: collectionOf,
    async transaction(work) {
      const carrier = Object.values<CollectionKey<never>>(collections as Readonly<Record<string, never>>)[0];
      if (!carrier) throw new StoreError('INVALID_ARGUMENT', 'Cannot begin a transaction without a declared collection');
      return carrier.transact((editors) => {
        const keyEditor = (persisted: Persisted<unknown>): unknown => editors.key(openKeys.get(persisted) as OpenKey<unknown>);
        return work({
          keys: lazily(opened, (key) => (typeof key === 'function' ? (argument: string) => keyEditor(key(argument)) : keyEditor(key))),
          collections: lazily(Object.fromEntries(openedCollections), editors.collection),
        } as unknown as Transaction<K, C>);
      });
    },
    export(options) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      import('./transfer/export.ts')
        .then(({ exportStore }) => exportStore(contents(), options).pipeTo(writable))
        .catch((reason) => writable.abort(reason).catch(() => {}));
      return readable;
    },
    async import(stream, options) {
      const { importStore } = await import('./transfer/import.ts');
      return importStore(contents(), stream, options);
    },
    flush,
    async usage() {
      let entries = 0;
      for (const [place, home] of homes) if (!isSecond(place)) for await (const batch of entriesOf(home, name)) entries += batch.length;
      const { usage, quota } = (await ports.estimate?.()) ?? {};
      const used = [...openedCollections].flatMap(([name, { usage }]) => (usage() ? [[name, usage()]] : []));
      return {
        entries,
        collections: Object.fromEntries(used),
        ...(usage === undefined ? {} : { usedBytes: usage }),
        ...(quota === undefined ? {} : { quotaBytes: quota }),
      };
    },
    async destroy() {
      // What waits, or could not be stored, must not come back afterwards.
      batch(() => {
        for (const cell of cells()) cell.abandon();
      });
      await flush();
      for (const home of homes.values()) {
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

/** The same names, each value made when it is asked for. */
function lazily<T>(items: Readonly<Record<string, T>>, make: (item: T) => unknown): object {
  return Object.defineProperties({}, Object.fromEntries(Object.entries(items).map(([name, item]) => [name, { get: () => make(item) }])));
}
