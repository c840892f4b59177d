import type { Commit, CommitOptions, DriverChange, Entry, History, Operation, Range, SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { isReserved } from './reserved.ts';

/** What one caller may do with one key. */
export type May = (operation: 'read' | 'write', key: string) => Promise<boolean>;

/** A tenant's part of a driver, as one caller may see it. */
export interface Guarded {
  get(keys: readonly string[]): Promise<(Entry | undefined)[]>;
  /** Leaves out what may not be read. */
  list(range: Range): Promise<{ entries: Entry[]; next?: string }>;
  /** @throws {StoreError} `DENIED` where the caller may not do one of these */
  demand(operations: readonly Operation[], options: CommitOptions): Promise<void>;
  commit(operations: readonly Operation[], options?: CommitOptions): Promise<Commit | undefined>;
  /** Leaves out what may not be read. */
  changes(after?: number): Promise<History<string>>;
  visible(change: DriverChange): Promise<DriverChange | undefined>;
}

export function guarded(driver: Pick<SharedStorage, 'get' | 'list' | 'commit' | 'changes'>, authorize: May): Guarded {
  const may: May = async (operation, key) => !isReserved(key) && (await authorize(operation, key));

  async function demandKeys(operation: 'read' | 'write', keys: readonly string[]): Promise<void> {
    for (const key of new Set(keys))
      if (!(await may(operation, key))) throw new StoreError('DENIED', `Cannot ${operation} a key: it is not allowed`);
  }

  async function demand(operations: readonly Operation[], { checks = [], untouched }: CommitOptions): Promise<void> {
    await demandKeys(
      'write',
      operations.map(({ key }) => key),
    );
    // Whether a condition holds tells what is stored.
    await demandKeys('read', [...checks.map(({ key }) => key), ...(untouched?.keys ?? [])]);
  }

  async function readable<T>(items: readonly T[], keyOf: (item: T) => string): Promise<T[]> {
    const found: T[] = [];
    for (const item of items) if (await may('read', keyOf(item))) found.push(item);
    return found;
  }

  async function historyOf<H extends History<string>>({ keys, batches, ...history }: H): Promise<H> {
    const visible = { batches: await readable(batches, ({ key }) => key), ...(keys ? { keys: await readable(keys, (key) => key) } : {}) };
    return { ...history, ...visible } as unknown as H;
  }

  return {
    async get(keys) {
      await demandKeys('read', keys);
      return Promise.all(keys.map((key) => driver.get(key)));
    },
    async list({ limit = Number.POSITIVE_INFINITY, ...range }) {
      const entries: Entry[] = [];
      let last: string | undefined;
      let looked = 0;
      for await (const batch of driver.list({ ...range, limit })) {
        looked += batch.length;
        last = batch.at(-1)?.key ?? last;
        entries.push(...(await readable(batch, ({ key }) => key)));
      }
      // More may come: also where nothing of this page was to be seen.
      return { entries, ...(looked >= limit && last !== undefined ? { next: last } : {}) };
    },
    demand,
    async commit(operations, options = {}) {
      await demand(operations, options);
      return driver.commit(operations, options);
    },
    async changes(after) {
      return historyOf(await driver.changes(after));
    },
    async visible(change) {
      if (change.type === 'reset') return { type: 'reset', ...(change.sequence === undefined ? {} : { sequence: change.sequence }) };
      const keys = await readable(change.keys, (key) => key);
      return keys.length > 0
        ? { type: 'change', keys, ...(change.sequence === undefined ? {} : { sequence: change.sequence }) }
        : undefined;
    },
  };
}
