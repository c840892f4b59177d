import type { StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { Home } from '../home/home.ts';
import type { Persisted, PersistedCell } from '../keys/persisted.ts';
import { lazily } from '../lazily.ts';
import type { Collection, Declared } from './collection.ts';
import { deriveAgain } from './derive-again.ts';
import { type OpenCollection, openDocuments } from './documents.ts';
import type { Editor } from './editor.ts';
import { type KeyEditor, transact } from './transaction.ts';

type OpenKey = Persisted<unknown> | ((argument: string) => Persisted<unknown>);

/** What the collections of a store need of it. */
export interface CollectionsHost {
  readonly name: string;
  readonly storage: StorageDriver;
  /** The declared ones. */
  readonly collections: Readonly<Record<string, Declared<never>>>;
  readonly keys: Readonly<Record<string, OpenKey>>;
  readonly homes: ReadonlyMap<StorageDriver, Home>;
  homeOf(storage: StorageDriver): Home;
}

/** The collections of one store. */
export interface OpenCollections {
  readonly opened: ReadonlyMap<string, OpenCollection<never>>;
  /** @throws {StoreError} `INVALID_ARGUMENT` for a name that is taken */
  open<Doc>(name: string, declared?: Declared<Doc>): Collection<Doc>;
  transaction<R>(work: (editors: { readonly keys: object; readonly collections: object }) => R): Promise<R>;
  /** Made by `logged`, where keys lie in the same storage without a log. */
  isSecond(home: Home): boolean;
}

export function openCollections({ name: store, storage, collections, keys, homes, homeOf }: CollectionsHost): OpenCollections {
  const places = new Set<StorageDriver>();
  const opened = new Map<string, OpenCollection<never>>();

  function add(name: string, declared: Declared<never>): OpenCollection<never> {
    const place = declared.options.storage ?? storage;
    const home = homeOf(place);
    if (!home.driver.changes)
      throw new StoreError(
        'INVALID_ARGUMENT',
        `Cannot keep "${name}" in "${place.name}": it has no log. Take logged(…) of it as the storage`,
      );
    places.add(place);
    home.writer.prepare(deriveAgain);
    const collection = openDocuments(name, store, declared, home);
    opened.set(name, collection);
    return collection;
  }

  for (const [name, declared] of Object.entries(collections)) add(name, declared);

  return {
    opened,
    open<Doc>(name: string, declared?: Declared<Doc>) {
      const known = opened.get(name);
      if (known && declared) throw new StoreError('INVALID_ARGUMENT', `Cannot open the collection "${name}": it is declared`);
      const declaration = declared ?? Object.values(collections)[0];
      if (!declaration) throw new StoreError('INVALID_ARGUMENT', `Cannot open the collection "${name}": give its declaration`);
      return (known ?? add(name, declaration as Declared<never>)).collection as unknown as Collection<Doc>;
    },
    transaction(work) {
      return transact((editors) => {
        const edit = (persisted: Persisted<unknown>): KeyEditor<unknown> => editors.key(persisted as PersistedCell<unknown>);
        return work({
          keys: lazily(keys, (key) => (typeof key === 'function' ? (argument: string) => edit(key(argument)) : edit(key))),
          collections: lazily(Object.fromEntries(opened), (collection): Editor<never> => editors.collection(collection)),
        });
      });
    },
    isSecond: (home) => [...places].some((place) => place.within && homes.get(place) === home && homes.has(place.within)),
  };
}
