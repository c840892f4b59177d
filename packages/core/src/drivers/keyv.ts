import type { Driver, Entry } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';
import { queue } from '../queue.ts';

/** What is asked of a storage adapter of Keyv: its `store`, not the `Keyv` around it. A `Map` will do. */
export interface KeyvAdapter {
  get(key: string): unknown;
  /** `expires`: since Keyv 6 a moment, before it a number of milliseconds. */
  set(key: string, value: string, expires?: number): unknown;
  delete(key: string): unknown;
  iterator?(namespace?: string): AsyncIterable<readonly [key: string, value: unknown]>;
  entries?(): Iterable<readonly [key: string, value: unknown]>;
  readonly capabilities?: { readonly expires?: boolean | undefined } | undefined;
}

// In front of each text: what has none is not ours.
const TAG = ';';

/**
 * Entries in any storage adapter of Keyv. No batches, no comparing; lists read everything, and only where the adapter has an
 * `iterator`. Adapters that hide their failures behind an event and `undefined` hide them from us too.
 */
export function keyv(adapter: KeyvAdapter): Driver {
  // Over a pool of connections, of two writes of a key either may end last.
  const inTurn = queue();

  async function using<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, 'use the Keyv adapter');
    }
  }

  const writing = (key: string, work: () => Promise<void>): Promise<void> => using(() => inTurn(key, work));

  function entry(key: string, text: unknown): Entry | undefined {
    return typeof text === 'string' && text.startsWith(TAG) ? { key, value: text.slice(TAG.length) } : undefined;
  }

  function rows(): AsyncIterable<readonly [string, unknown]> | Iterable<readonly [string, unknown]> {
    const found = adapter.iterator?.() ?? adapter.entries?.();
    if (!found) throw new StoreError('INVALID_ARGUMENT', 'Cannot list: this Keyv adapter has no iterator');
    return found;
  }

  return {
    name: 'keyv',
    holds: 'text',
    get: (key) => using(async () => entry(key, await adapter.get(key))),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const found = new Map<string, Entry>();
      await using(async () => {
        for await (const [key, text] of rows()) {
          const each = key.startsWith(prefix) && key > after && entry(key, text);
          if (each) found.set(key, each);
        }
      });
      yield [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
    },
    set: (key, value, { expiresAtMs } = {}) =>
      writing(key, async () => {
        const isMoment = adapter.capabilities?.expires === true;
        const expires = expiresAtMs === undefined || isMoment ? expiresAtMs : Math.max(1, expiresAtMs - Date.now());
        if ((await adapter.set(key, TAG + value, expires)) === false)
          throw new StoreError('UNAVAILABLE', 'Cannot write: the Keyv adapter refused it');
      }),
    delete: (key) =>
      writing(key, async () => {
        await adapter.delete(key);
      }),
  };
}
