import type { Driver, Entry } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';
import { queue } from '../queue.ts';
import { keyOfSafeName, safeName } from '../safe-name.ts';

/** What is asked of a driver of unstorage, or of a storage that `createStorage` made. */
export interface UnstorageDriver {
  readonly name?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each driver of unstorage has its own type for values and options
  getItem(key: string, options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  setItem?(key: string, value: string, options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  removeItem?(key: string, options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  getKeys(base: string, options?: any): any;
}

// In front of each text, so that nobody takes it for a number, JSON or `null` and hands back something else.
const TAG = ';';
const BATCH = 100;

/**
 * Entries in any driver of unstorage. Keys are written so that none of them can change what they mean: `:` and `/` are folders
 * there, `$` at the end is metadata. No batches, no comparing: as weak as what all of those drivers share.
 */
export function unstorage(driver: UnstorageDriver): Driver {
  // Many of them write as soon as they are called, to files or over a network: of two writes of a key either may end last.
  const inTurn = queue();

  async function using<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, `use the ${driver.name ?? 'unstorage'} driver`);
    }
  }

  const writing = (key: string, work: () => Promise<void>): Promise<void> => using(() => inTurn(key, work));

  async function read(key: string): Promise<Entry | undefined> {
    const text: unknown = await driver.getItem(safeName(key));
    return typeof text === 'string' && text.startsWith(TAG) ? { key, value: text.slice(TAG.length) } : undefined;
  }

  /** @throws {StoreError} `DENIED` where the driver can only read */
  function writable<Method extends 'setItem' | 'removeItem'>(method: Method): NonNullable<UnstorageDriver[Method]> {
    const found = driver[method]?.bind(driver);
    if (!found) throw new StoreError('DENIED', `Cannot write to the ${driver.name ?? 'unstorage'} driver: it only reads`);
    return found as NonNullable<UnstorageDriver[Method]>;
  }

  return {
    name: 'unstorage',
    holds: 'text',
    get: (key) => using(() => read(key)),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const names = await using<string[]>(() => driver.getKeys('', {}));
      const found = [...new Set(names.flatMap((name) => keyOfSafeName(name) ?? []))];
      const keys = found.filter((key) => key.startsWith(prefix) && key > after).sort();
      let left = limit;
      for (let start = 0; start < keys.length && left > 0; start += BATCH) {
        const entries = await using(() => Promise.all(keys.slice(start, start + BATCH).map(read)));
        const batch = entries.filter((entry) => entry !== undefined).slice(0, left);
        left -= batch.length;
        if (batch.length > 0) yield batch;
      }
    },
    set: (key, value, { expiresAtMs } = {}) =>
      writing(key, async () => {
        const options = expiresAtMs === undefined ? {} : { ttl: Math.max(1, Math.ceil((expiresAtMs - Date.now()) / 1_000)) };
        await writable('setItem')(safeName(key), TAG + value, options);
      }),
    delete: (key) => writing(key, async () => writable('removeItem')(safeName(key), {})),
  };
}
