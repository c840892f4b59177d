import type { BlobStorage, Entry } from '../driver.ts';
import { storageError } from '../errors.ts';
import { queue } from '../queue.ts';

/** What is asked of a localForage instance. */
export interface LocalForageInstance {
  getItem<T>(key: string): Promise<T | null>;
  setItem<T>(key: string, value: T): Promise<T>;
  removeItem(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

const BATCH = 100;

/**
 * Entries in a localForage instance that keeps them in IndexedDB: `localForage(localforage.createInstance({ name: 'app' }))`. It can
 * neither commit several at once nor compare and set, and tells nobody of changes: for data that is there already. For new data
 * take `indexedDb()`.
 */
export function localForage(instance: LocalForageInstance): BlobStorage {
  // A Blob waits until localForage has found out whether it can be stored; what is written after it need not.
  const inTurn = queue();

  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, 'use localForage');
    }
  }

  const writing = (key: string, work: () => Promise<void>): Promise<void> => using(() => inTurn(key, work));

  /** In a box, because localForage says `null` for what is not there. What is in none is not ours. */
  async function read(key: string): Promise<Entry<unknown> | undefined> {
    const box = await instance.getItem<{ value: unknown }>(key);
    return typeof box === 'object' && box && 'value' in box ? { key, value: box.value } : undefined;
  }

  return {
    name: 'local-forage',
    holds: 'clone',
    blobs: true,
    get: (key) => using(() => read(key)),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const keys = await using(() => instance.keys());
      const found = keys.filter((key) => key.startsWith(prefix) && key > after).sort();
      let left = limit;
      for (let start = 0; start < found.length && left > 0; start += BATCH) {
        const entries = await using(() => Promise.all(found.slice(start, start + BATCH).map(read)));
        const batch = entries.filter((entry) => entry !== undefined).slice(0, left);
        left -= batch.length;
        if (batch.length > 0) yield batch;
      }
    },
    async set(key, value) {
      // Whoever called may change it while it waits.
      const box = await using(async () => structuredClone({ value }));
      await writing(key, async () => void (await instance.setItem(key, box)));
    },
    delete: (key) => writing(key, () => instance.removeItem(key)),
  };
}
