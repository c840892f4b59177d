import type { Driver, Entry } from '../driver.ts';
import { storageError } from '../errors.ts';
import { queue } from '../queue.ts';

/** What is asked of a KV namespace: the binding of a Worker has it, and `cloudflareApi` outside of Workers. */
export interface CloudflareNamespace {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  put(key: string, value: string, options?: { expiration?: number }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; cursor?: string | null }): Promise<CloudflarePage>;
}

export interface CloudflarePage {
  readonly keys: readonly { readonly name: string }[];
  readonly list_complete: boolean;
  readonly cursor?: string;
}

/** So many keys are read at once, by Cloudflare's limit. */
const BULK = 100;
const SHORTEST_S = 60;

/**
 * Entries in Cloudflare KV. A write is seen elsewhere after up to a minute, one key takes one write a second, and there is nothing
 * to compare and set with: for what is read often and written seldom, never for counters.
 */
export function cloudflareKv(namespace: CloudflareNamespace): Driver {
  // Each write is a request of its own, and requests overtake each other.
  const inTurn = queue();

  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, 'use Cloudflare KV');
    }
  }

  const writing = (key: string, work: () => Promise<void>): Promise<void> => using(() => inTurn(key, work));

  async function read(keys: string[]): Promise<Entry[]> {
    const values = await using(() => namespace.get(keys));
    return keys.flatMap((key) => {
      const value = values.get(key) ?? undefined;
      return value === undefined ? [] : [{ key, value }];
    });
  }

  return {
    name: 'cloudflare-kv',
    holds: 'text',
    limits: { maxKeyBytes: 512, maxValueBytes: 25 * 2 ** 20, evicts: true },
    get: (key) =>
      using(async () => {
        const value = await namespace.get(key);
        return value === null ? undefined : { key, value };
      }),
    async *list({ prefix, after, limit = Number.POSITIVE_INFINITY, keysOnly }) {
      let cursor: string | undefined;
      // Pages come in order, but begin nowhere else than at the beginning.
      let isBehind = after === undefined;
      let left = limit;
      do {
        const page = await using(() => namespace.list({ prefix, ...(cursor ? { cursor } : {}) }));
        const names = page.keys.map(({ name }) => name);
        const from = isBehind ? 0 : names.findIndex((name) => compareUtf8(name, after as string) > 0);
        isBehind ||= from >= 0;
        for (let start = from; start >= 0 && start < names.length && left > 0; start += BULK) {
          const keys = names.slice(start, start + Math.min(BULK, left));
          const batch = keysOnly ? keys.map((key) => ({ key, value: '' })) : await read(keys);
          left -= batch.length;
          if (batch.length > 0) yield batch;
        }
        cursor = page.list_complete ? undefined : page.cursor;
      } while (cursor && left > 0);
    },
    async set(key, value, { expiresAtMs } = {}) {
      // Whole seconds, at least a minute ahead: only to free the space, the exact deadline is in the value.
      const expiration = expiresAtMs && Math.ceil(Math.max(expiresAtMs, Date.now() + (SHORTEST_S + 1) * 1_000) / 1_000);
      await writing(key, () => namespace.put(key, value, expiration ? { expiration } : {}));
    },
    delete: (key) => writing(key, () => namespace.delete(key)),
  };
}

function compareUtf8(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let index = 0; ; index++) {
    const difference = (left[index]?.codePointAt(0) ?? -1) - (right[index]?.codePointAt(0) ?? -1);
    if (difference !== 0 || left[index] === undefined) return difference;
  }
}
