import type { Batch, BlobStorage, Commit, CommitOptions, Entry, History, Operation, Range } from '../driver.ts';
import { followed } from '../follow.ts';

/** Entries that live as long as the process. Values are copied in and out, so nobody can change what is stored. Also the model that other drivers are tested against. */
export function memory(): BlobStorage {
  const entries = new Map<string, { value: unknown; version: string }>();
  const log: { keys: string[]; batches: Batch<unknown>[] }[] = [];

  const copy = (key: string): Entry<unknown> | undefined => {
    const entry = entries.get(key);
    return entry && { key, value: structuredClone(entry.value), version: entry.version };
  };

  async function commit(
    operations: readonly Operation<unknown>[],
    { checks = [], untouched }: CommitOptions = {},
  ): Promise<Commit | undefined> {
    if (checks.some(({ key, version }) => entries.get(key)?.version !== version)) return undefined;
    if (untouched && (untouched.after > log.length || log.slice(untouched.after).some(({ keys }) => isShared(keys, untouched.keys))))
      return undefined;
    // Copied before anything is changed: a value that cannot be copied leaves everything as it was.
    const copies = operations.map((operation) => ('value' in operation ? structuredClone(operation.value) : undefined));
    const batches: Batch<unknown>[] = [];
    const sequence = log.push({ keys: operations.map(({ key }) => key), batches });
    operations.forEach((operation, index) => {
      const { type, key } = operation;
      if (type === 'delete') entries.delete(key);
      else if (type === 'set') entries.set(key, { value: copies[index], version: `${sequence}.${index}` });
      else if (type === 'append') batches.push({ sequence, key, value: copies[index] });
      else for (const commit of log.slice(0, operation.sequence)) commit.batches = commit.batches.filter((batch) => batch.key !== key);
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
      const head = log.length;
      if (after === undefined || after > head) return { head, batches: [] };
      const commits = log.slice(after);
      const batches = commits.flatMap((commit) => commit.batches.map((batch) => ({ ...batch, value: structuredClone(batch.value) })));
      return { head, keys: [...new Set(commits.flatMap(({ keys }) => keys))], batches };
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

function isShared(some: readonly string[], others: readonly string[]): boolean {
  return some.some((key) => others.includes(key));
}
