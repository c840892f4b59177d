import type { Batch, BlobStorage, Commit, CommitOptions, Entry, History, Operation, Range } from '../driver.ts';
import { followed } from '../follow.ts';

/** So many commits back, twice at most, it is known who wrote what. */
const LOG_LENGTH = 256;

/** Entries that live as long as the process. Values are copied in and out, so nobody can change what is stored. Also the model that other drivers are tested against. */
export function memory(): BlobStorage {
  const entries = new Map<string, { value: unknown; version: string }>();
  /** The last sequence, which keys the last commits have written, and what was appended. */
  let head = 0;
  let recent: (readonly string[])[] = [];
  let appended: Batch<unknown>[] = [];

  const copy = (key: string): Entry<unknown> | undefined => {
    const entry = entries.get(key);
    return entry && { key, value: cloned(entry.value), version: entry.version };
  };

  /** The keys of each commit after a sequence; `undefined` where that was forgotten, or has not been yet. */
  function commitsSince(after: number): readonly (readonly string[])[] | undefined {
    const first = head - recent.length;
    return after >= first && after <= head ? recent.slice(after - first) : undefined;
  }

  async function commit(
    operations: readonly Operation<unknown>[],
    { checks = [], untouched }: CommitOptions = {},
  ): Promise<Commit | undefined> {
    if (checks.some(({ key, version }) => entries.get(key)?.version !== version)) return undefined;
    if (untouched && (commitsSince(untouched.after)?.some((keys) => isShared(keys, untouched.keys)) ?? true)) return undefined;
    // Copied before anything is changed: a value that cannot be copied leaves everything as it was.
    const copies = operations.map((operation) => ('value' in operation ? cloned(operation.value) : undefined));
    const sequence = ++head;
    recent.push(operations.map(({ key }) => key));
    if (recent.length > 2 * LOG_LENGTH) recent = recent.slice(LOG_LENGTH);
    operations.forEach((operation, index) => {
      const { type, key } = operation;
      if (type === 'delete') entries.delete(key);
      else if (type === 'set') entries.set(key, { value: copies[index], version: `${sequence}.${index}` });
      else if (type === 'append') appended.push({ sequence, key, value: copies[index] });
      else appended = appended.filter((batch) => batch.key !== key || batch.sequence > operation.sequence);
    });
    return { sequence };
  }

  const driver: BlobStorage & Required<Pick<BlobStorage, 'changes' | 'commit'>> = {
    name: 'memory',
    holds: 'clone',
    blobs: true,
    limits: { keeps: 'memory' },
    commit,
    get: async (key) => copy(key),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }: Range) {
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      yield keys.slice(0, limit).map((key) => copy(key) as Entry<unknown>);
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async changes(after): Promise<History<unknown>> {
      if (after === undefined || after > head) return { head, batches: [] };
      const batches = appended.filter(({ sequence }) => sequence > after).map((batch) => ({ ...batch, value: cloned(batch.value) }));
      const commits = commitsSince(after);
      return { head, batches, ...(commits ? { keys: [...new Set(commits.flat())] } : {}) };
    },
  };
  return {
    ...driver,
    // Of the object that it is called on: a copy with a method replaced keeps that method.
    named(store, ports) {
      return followed(this as typeof driver, store, ports);
    },
  };
}

/** What is no object cannot be changed by anybody. */
function cloned(value: unknown): unknown {
  return typeof value === 'object' || typeof value === 'function' ? structuredClone(value) : value;
}

function isShared(some: readonly string[], others: readonly string[]): boolean {
  return some.some((key) => others.includes(key));
}
