import { StoreError } from '../errors.ts';
import { type StorageChange, type StorageDatabase, sqliteArea } from './sqlite-area.ts';
import { storageObject } from './storage-object.ts';

export interface SqliteStorageOptions {
  /** Two bytes for each UTF-16 unit of all keys and values. @default 10485760, 10 MiB */
  quotaBytes?: number;
  /**
   * Hears of what other objects on the same file have changed, in this process and others, as the `storage` event tells other
   * tabs. @default raises `storage` events, where there is a page or worker to raise them at
   */
  onChange?: (change: StorageChange) => void;
  /** How often it looks for what others have changed. @default 50 */
  pollMs?: number;
  /** Closes the database when it aborts. Afterwards every use throws. */
  signal?: AbortSignal;
}

/**
 * A `Storage` for servers, tests and command lines, as browsers have it: in a file, as localStorage is kept, or with `:memory:` as
 * long as the object. Keys are in the order in which they were first set. For one user or request each; all who open a file share
 * it. Needs Node 22.13, Deno 2.2 or Bun, or an open database in place of the path.
 *
 * @throws {StoreError} `UNAVAILABLE` where there is no SQLite or the file cannot be opened, `NEWER_DATA`
 */
export function sqliteStorage(file: string | StorageDatabase, options: SqliteStorageOptions = {}): Storage {
  const { quotaBytes = 10 * 2 ** 20, pollMs = 50, signal } = options;
  if (!(quotaBytes >= 0)) throw new StoreError('INVALID_ARGUMENT', `Cannot use a quota of ${quotaBytes} bytes`);
  const database = typeof file === 'string' ? open(file) : file;
  const area = sqliteArea(database, quotaBytes);
  const storage = storageObject(area, quotaBytes);

  const onChange = options.onChange ?? (typeof dispatchEvent === 'function' ? (change) => raise(change, storage) : undefined);
  const timer =
    onChange &&
    setInterval(() => {
      for (const change of area.news()) onChange(change);
    }, pollMs);
  // In Node it must not keep the process alive.
  (timer as { unref?(): void } | undefined)?.unref?.();
  signal?.addEventListener('abort', () => {
    clearInterval(timer);
    database.close();
  });
  return storage;
}

function raise(change: StorageChange, storageArea: Storage): void {
  const url = globalThis.location?.href ?? '';
  dispatchEvent(Object.defineProperties(new Event('storage'), Object.getOwnPropertyDescriptors({ ...change, url, storageArea })));
}

interface Engine {
  readonly DatabaseSync?: new (path: string) => StorageDatabase;
  readonly Database?: new (path: string) => StorageDatabase;
}

function open(path: string): StorageDatabase {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Engine | undefined } };
  const { DatabaseSync } = process?.getBuiltinModule?.('node:sqlite') ?? {};
  const { Database } = DatabaseSync ? {} : (process?.getBuiltinModule?.('bun:sqlite') ?? {});
  const Class = DatabaseSync ?? Database;
  if (!Class)
    throw new StoreError('UNAVAILABLE', 'Cannot open a storage: this runtime has no SQLite. Use Node 22.13 or newer, Deno or Bun');
  try {
    return new Class(path);
  } catch (cause) {
    throw new StoreError('UNAVAILABLE', 'Cannot open the file of the storage', { cause });
  }
}
