import type { OpenCollection } from '../collections/documents.ts';
import type { StorageDriver } from '../driver.ts';
import type { Home } from '../home/home.ts';
import type { Key, KeyFamily } from '../keys/key.ts';
import type { Ports } from '../ports.ts';

/** What a store shows of itself to export and import. */
export interface Contents {
  readonly name: string;
  readonly ports: Ports;
  /** The declared ones. */
  readonly keys: Readonly<Record<string, Key<unknown> | KeyFamily<unknown, string>>>;
  /** Of the storages in use. */
  readonly homes: readonly Home[];
  /** Of the storage of a key. */
  homeOf(declared: { readonly options: { readonly storage?: StorageDriver | undefined } }): Home;
  readonly collections: ReadonlyMap<string, OpenCollection<never>>;
}

/** How an export or an import is watched and ended. */
export interface TransferOptions {
  /** Called now and then. */
  onProgress?(progress: TransferProgress): void;
  /** Ends it early: what was imported so far stays. */
  signal?: AbortSignal;
}

/** So many were exported or imported. */
export interface TransferProgress {
  readonly keys: number;
  readonly documents: number;
  readonly blobs: number;
}
