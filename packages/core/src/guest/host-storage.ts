import { browserPorts } from '../browser.ts';
import type { StorageDriver } from '../driver.ts';
import { database } from '../drivers/database.ts';
import { StoreError, storageError } from '../errors.ts';
import { followed } from '../follow.ts';
import type { Ports } from '../ports.ts';
import { toBase64 } from './guest-bytes.ts';
import { guestDatabases } from './guest-databases.ts';
import type { GuestKey } from './guest-key.ts';
import { guestStorage } from './guest-storage.ts';

export interface HostStorageOptions {
  /** Whose data it is: guests of different names share nothing. */
  name: string;
  /** Where the databases of `idb_*` lie. It must have `commit`. @default IndexedDB, under the name */
  storage?: StorageDriver;
  /** Where `local_*` and `session_*` lie. @default the page's */
  local?: () => Storage;
  session?: () => Storage;
  /** `local_*` and `session_*` see, and `clear` removes, the keys of the whole origin. @default false */
  wholeOrigin?: boolean;
  /** A call of `idb_*` that takes longer fails with `TIMEOUT`, in milliseconds. @default 30_000 */
  deadlineMs?: number;
  ports?: Partial<Ports>;
}

/** The handlers. Absent is `undefined`; lists are JSON arrays; every error has a code of `docs/errors.md` in its message, which is never empty. */
export interface HostStorage {
  local_get(key: string): string | undefined;
  local_set(key: string, value: unknown): void;
  local_remove(key: string): void;
  local_clear(): void;
  local_keys(): string;
  session_get(key: string): string | undefined;
  session_set(key: string, value: unknown): void;
  session_remove(key: string): void;
  session_clear(): void;
  session_keys(): string;
  /** Resolves to a handle. `schemaJson` is `{"stores": ["name"]}`: those that are missing are made, whatever the version. */
  idb_open(name: string, version?: number, schemaJson?: string): Promise<number>;
  /** Resolves once the value is committed. */
  idb_put(handle: number, store: string, key: GuestKey, valueJson: string): Promise<void>;
  idb_get(handle: number, store: string, key: GuestKey): Promise<string | undefined>;
  idb_delete(handle: number, store: string, key: GuestKey): Promise<void>;
  /** Numbers first, then strings, each in order. */
  idb_keys(handle: number, store: string): Promise<string>;
  /** All or nothing: a JSON list of `{"store", "key", "value"}`; without a value the key is removed. */
  idb_batch(handle: number, itemsJson: string): Promise<void>;
  /** Resolves once the bytes are committed, with what they are (`image/png`). A Blob, a buffer, base64 text, or Python's `bytes`. */
  idb_put_blob(handle: number, store: string, key: GuestKey, bytes: unknown, type?: string): Promise<void>;
  /** As base64 text, which every guest can take. */
  idb_get_blob(handle: number, store: string, key: GuestKey): Promise<string | undefined>;
  /** The bytes, for guests that can take them: Pyodide, or a page. */
  idb_get_bytes(handle: number, store: string, key: GuestKey): Promise<Uint8Array | undefined>;
  /** What was said of them when they were stored. */
  idb_blob_type(handle: number, store: string, key: GuestKey): Promise<string | undefined>;
  /** What other tabs have written to the database since the last call: a JSON list of `{"store", "key"}`. */
  idb_changes(handle: number): string;
  idb_close(handle: number): void;
}

/** Storage for the program in a WASM guest or a worker, as flat functions over text and integers: the names of Edge Python's `storage` module, and more. */
export function hostStorage(options: HostStorageOptions): HostStorage {
  const { name, wholeOrigin = false, deadlineMs = 30_000 } = options;
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const { storage } = options;
  // Without notes: what a guest writes at once is its own affair.
  const driver = storage ? (storage.named?.(name, ports) ?? storage) : followed(database(name), name, ports);
  if (!driver.commit)
    throw new StoreError('INVALID_ARGUMENT', `Cannot keep databases on "${driver.name}": it cannot write several entries as one`);
  const owner = wholeOrigin ? undefined : name;
  const local = guestStorage(options.local ?? (() => localStorage), owner);
  const session = guestStorage(options.session ?? (() => sessionStorage), owner);
  const databases = guestDatabases(driver, name);

  /** Whatever happens, the guest gets an answer, and an error that it can tell from others. */
  async function answered<T>(what: string, work: Promise<T>): Promise<T> {
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      cancel = ports.delay(() => reject(new StoreError('TIMEOUT', `Cannot ${what}: the storage does not answer`)), deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      throw storageError(error, what);
    } finally {
      cancel();
    }
  }

  async function blobAt<T>(place: Parameters<HostStorage['idb_get_blob']>, take: (blob: Blob) => Promise<T>): Promise<T | undefined> {
    const blob = await databases.getBlob(...place);
    return blob && take(blob);
  }

  return {
    local_get: local.get,
    local_set: local.set,
    local_remove: local.remove,
    local_clear: local.clear,
    local_keys: local.keys,
    session_get: session.get,
    session_set: session.set,
    session_remove: session.remove,
    session_clear: session.clear,
    session_keys: session.keys,
    idb_open: (database, version, schemaJson) => answered('open the database', databases.open(database, version, schemaJson)),
    idb_put: (handle, store, key, value) => answered('store the value', databases.put(handle, store, key, value)),
    idb_get: (handle, store, key) => answered('read the value', databases.get(handle, store, key)),
    idb_delete: (handle, store, key) => answered('remove the value', databases.remove(handle, store, key)),
    idb_keys: (handle, store) => answered('list the keys', databases.keys(handle, store)),
    idb_batch: (handle, items) => answered('store the values', databases.batch(handle, items)),
    idb_put_blob: (handle, store, key, bytes, type) => answered('store the bytes', databases.putBlob(handle, store, key, bytes, type)),
    idb_get_blob: (...place) => answered('read the bytes', blobAt(place, toBase64)),
    idb_get_bytes: (...place) =>
      answered(
        'read the bytes',
        blobAt(place, async (blob) => new Uint8Array(await blob.arrayBuffer())),
      ),
    idb_blob_type: (...place) =>
      answered(
        'read the bytes',
        blobAt(place, async ({ type }) => type),
      ),
    idb_changes: databases.changes,
    idb_close: databases.close,
  };
}
