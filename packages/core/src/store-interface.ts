import type { Collection } from './collections/collection.ts';
import type { CollectionKey } from './collections/declare.ts';
import type { StorageDriver } from './driver.ts';
import type { SaveResult, StoreError } from './errors.ts';
import type { Key } from './keys/key.ts';
import type { Persisted } from './keys/persisted.ts';
import type { Ports } from './ports.ts';
import type { CollectionOf, Collections, Fitting, Keys, PersistedOf, Transaction } from './registry.ts';
import type { Contents, TransferOptions, TransferProgress } from './transfer/contents.ts';

/** What a store is made of. */
export interface StoreOptions<K extends Keys, Default extends StorageDriver, C extends Collections = Record<never, never>> {
  /** Names the database, the prefix of every key and the channel between tabs. Stores of one name share their data. */
  name: string;
  /** Where a key lives that does not say so itself. */
  storage: Default;
  /** Its keys, by name. Declared here, their names and types are known everywhere. @default none */
  keys?: K & Fitting<K, Default>;
  /** Its collections, by name. @default none */
  collections?: C;
  /** Hears of every failure in the background. @default the page's error event (`reportError`) */
  onError?: ErrorListener;
  /** What the store needs of its surroundings. @default the browser's */
  ports?: Partial<Ports>;
}

/** Called with what failed, and the name of the key or collection. What it throws is reported, and keeps nobody else from hearing. */
export type ErrorListener = (error: StoreError, key: string) => void;

/** What one collection takes. */
export interface CollectionUsage {
  readonly documents: number;
  /** About so many in storage, Blobs included. */
  readonly bytes: number;
}

/** What a store takes, and what the browser leaves it. */
export interface Usage {
  /** Entries of this store. */
  readonly entries: number;
  /** Of the collections that have been used: how many documents, and about how many bytes with their Blobs. */
  readonly collections: Readonly<Record<string, CollectionUsage>>;
  /** What the browser says the whole origin uses and may use, in bytes. It may be wrong in both directions. */
  readonly usedBytes?: number;
  readonly quotaBytes?: number;
}

/** What a store shows to functions of ours that work on it as a whole. */
export const CONTENTS: unique symbol = Symbol('contents');

/** Typed keys and collections, each on its storage, the same in every tab. */
export interface Store<K extends Keys = Keys, C extends Collections = Collections> {
  readonly name: string;
  readonly keys: { readonly [Name in keyof K]: PersistedOf<K[Name]> };
  /**
   * A key that was not declared with the store: for adapters and libraries. Always the same for the same name and declaration.
   * @throws {StoreError} `INVALID_ARGUMENT` for a name that is taken by another declaration
   */
  key<T>(name: string, declared: Key<T>): Persisted<T>;
  readonly collections: { readonly [Name in keyof C]: CollectionOf<C[Name]> };
  /**
   * A collection that was not declared with the store: it is there from the first insert on. Without a declaration it is opened
   * like the declared ones, so one of these must exist.
   * @throws {StoreError} `INVALID_ARGUMENT` for a name that is taken, or without any declaration
   */
  collection<Doc extends object>(name: string, declared?: CollectionKey<Doc>): Collection<Doc>;
  /**
   * Reads and changes keys and collections as one: all of it is stored or nothing, and nobody comes between. `work` must not wait,
   * and may run several times: again from the beginning when others have written what it has read. What it throws, nothing is
   * changed. Resolves to what it gives, once that is durable. Needs a declared collection: the sets of one turn are one transaction
   * without it.
   * @throws {StoreError} `INVALID_ARGUMENT` where it writes to two storages, and what its changes throw
   */
  transaction<R>(work: (transaction: Transaction<K, C>) => R): Promise<R>;
  /**
   * All that the store holds, as lines of JSON with its Blobs: its keys, and the documents of its declared collections. The code
   * for it is loaded when it is used.
   */
  export(options?: TransferOptions): ReadableStream<Uint8Array>;
  /**
   * Takes in what a store has exported: keys and documents of the same name are replaced, others stay. Resolves to what was imported.
   * @throws {StoreError} `CORRUPT` where it is not a whole export, `NEWER_DATA`, `INVALID_ARGUMENT`; what was imported before stays
   */
  import(stream: ReadableStream<Uint8Array>, options?: TransferOptions): Promise<TransferProgress>;
  /** Writes now all that waits. Resolves when it is durable. */
  flush(): Promise<SaveResult>;
  /** Counts what is stored: goes once through the names of all entries. The code for it is loaded when it is used. @throws {StoreError} why storage cannot be read */
  usage(): Promise<Usage>;
  /** Removes everything the store has stored, and nothing else. Every value is its default again, in every tab. What waits to be written is given up. @throws {StoreError} why it cannot be removed */
  destroy(): Promise<void>;
  /** Writes what waits and lets go of connections, channels and timers. Later changes are refused with `CLOSED`. */
  close(): Promise<void>;
  /** @internal */
  [CONTENTS](): Contents;
  /** Hears of every failure in the background. Returns the function that ends it. */
  onError(listener: ErrorListener): () => void;
}
