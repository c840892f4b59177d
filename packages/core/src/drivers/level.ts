import type { Check, Driver, Entry, Operation } from '../driver.ts';
import { storageError } from '../errors.ts';
import { prefixEnd } from '../prefix-end.ts';
import { queue } from '../queue.ts';

/** What is asked of a database: `level`, `classic-level` and every other `abstract-level` of version 2 or newer have it. */
export interface LevelDatabase {
  get(key: string): Promise<string | undefined>;
  batch(operations: ({ type: 'put'; key: string; value: string } | { type: 'del'; key: string })[]): Promise<void>;
  iterator(range: LevelRange): { all(): Promise<[string, string][]> };
}

export interface LevelRange {
  gt?: string;
  gte?: string;
  lt?: string;
  limit?: number;
}

const PAGE = 1_000;

/**
 * Entries in an open Level database with texts as keys and values (its default). One process has it open at a time, so what is
 * checked in turn here is checked for all. The version of an entry is its text. The caller closes the database.
 */
export function level(database: LevelDatabase): Driver {
  const inTurn = queue();

  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, 'use Level');
    }
  }

  /** Before version 3 a database throws for what is not there. */
  async function read(key: string): Promise<string | undefined> {
    try {
      return await database.get(key);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'LEVEL_NOT_FOUND') return undefined;
      throw error;
    }
  }

  function write(operations: readonly Operation[], checks: readonly Check[] = []): Promise<boolean> {
    return using(() =>
      inTurn('', async () => {
        for (const { key, version } of checks) if ((await read(key)) !== version) return false;
        await database.batch(
          operations.map((operation) =>
            operation.type === 'set' ? { type: 'put', key: operation.key, value: operation.value } : { type: 'del', key: operation.key },
          ),
        );
        return true;
      }),
    );
  }

  return {
    name: 'level',
    holds: 'text',
    commit: async (operations, { checks } = {}) => ((await write(operations, checks)) ? {} : undefined),
    get: (key) =>
      using(async () => {
        const value = await read(key);
        return value === undefined ? undefined : { key, value, version: value };
      }),
    async *list({ prefix, after, limit = Number.POSITIVE_INFINITY }) {
      const end = prefixEnd(prefix);
      let from: LevelRange = after?.startsWith(prefix) ? { gt: after } : { gte: prefix };
      for (let left = limit; left > 0; ) {
        const size = Math.min(left, PAGE);
        const rows = await using(() => database.iterator({ ...from, ...(end === undefined ? {} : { lt: end }), limit: size }).all());
        if (rows.length > 0) yield rows.map(([key, value]): Entry => ({ key, value, version: value }));
        if (rows.length < size) return;
        left -= size;
        from = { gt: rows.at(-1)?.[0] as string };
      }
    },
    async set(key, value) {
      await write([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await write([{ type: 'delete', key }]);
    },
  };
}
