import type { Codec } from '../codec.ts';
import type { BlobStorage, Commit, CommitOptions, Entry, Operation, Range, StorageDriver } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';

export interface WebStorageOptions {
  /** How values become text. @default the `json` codec */
  codec?: Codec;
  /** Keeps `Blob` and `File` as base64 text: small ones only, the whole storage holds 5 MB. Needs a codec that carries them. @default false */
  blobs?: boolean;
  /** @default 'durable' */
  keeps?: 'durable' | 'session';
}

/**
 * Entries in a `Storage` object: `webStorage(() => localStorage)`. Read without waiting, so the first render has the stored value.
 * The function is called at first use, never on import; where it throws or there is no storage, every call fails with `DENIED`.
 * The version of an entry is its text. There is no lock in web storage, and another process sees a write late: `commit` with
 * checks is exact within one process only.
 */
export function webStorage(open: () => Storage, options: WebStorageOptions & { blobs: true }): BlobStorage<string>;
export function webStorage(open: () => Storage, options?: WebStorageOptions): StorageDriver<string>;
export function webStorage(
  open: () => Storage,
  { codec, blobs = false, keeps = 'durable' }: WebStorageOptions = {},
): StorageDriver<string> {
  let opened: Storage | undefined;

  function storage(): Storage {
    try {
      opened ??= open();
    } catch (cause) {
      throw new StoreError('DENIED', 'Cannot open web storage here', { cause });
    }
    // Node has globals of this name that are no storage.
    if (typeof opened?.getItem !== 'function') throw new StoreError('DENIED', 'Cannot open web storage: there is none');
    return opened;
  }

  const getSync = (key: string): string | undefined => storage().getItem(key) ?? undefined;

  function put(key: string, value: string | undefined): void {
    if (value === undefined) storage().removeItem(key);
    else storage().setItem(key, value);
  }

  async function commit(operations: readonly Operation[], { checks = [] }: CommitOptions = {}): Promise<Commit | undefined> {
    if (checks.some(({ key, version }) => getSync(key) !== version)) return undefined;
    const before: [string, string | undefined][] = [];
    try {
      for (const operation of operations) {
        if (operations.length > 1) before.push([operation.key, getSync(operation.key)]);
        put(operation.key, operation.type === 'set' ? operation.value : undefined);
      }
    } catch (error) {
      // All or nothing: what went before fits again, because it was there.
      for (const [key, value] of before.reverse()) if (getSync(key) !== value) put(key, value);
      throw storageError(error, 'write to web storage');
    }
    return {};
  }

  return {
    name: 'web-storage',
    holds: 'text',
    limits: { keeps },
    ...(codec ? { codec } : {}),
    ...(blobs ? { blobs } : {}),
    getSync,
    commit,
    async get(key) {
      const value = getSync(key);
      return value === undefined ? undefined : { key, value, version: value };
    },
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }: Range) {
      const all = storage();
      const keys: string[] = [];
      for (let index = 0; index < all.length; index++) keys.push(all.key(index) as string);
      const found = keys.filter((key) => key.startsWith(prefix) && key > after).sort();
      const entries = found.slice(0, limit).map((key): Entry => ({ key, value: getSync(key) ?? '' }));
      yield entries.map((entry) => ({ ...entry, version: entry.value }));
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      put(key, undefined);
    },
    async watch(listener) {
      if (typeof addEventListener !== 'function') return () => {};
      const onStorage = (event: StorageEvent): void => {
        // Events of localStorage and sessionStorage arrive at the same place. A key of null: everything was cleared.
        if (event.storageArea !== opened) return;
        listener(event.key === null ? { type: 'reset' } : { type: 'change', keys: [event.key] });
      };
      // A document of WebKit hears of changes only after it has touched the storage.
      storage();
      addEventListener('storage', onStorage);
      return () => removeEventListener('storage', onStorage);
    },
  };
}
