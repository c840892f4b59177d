import type { BlobStorage, Check, Commit, Entry, History, Operation, Range } from '../driver.ts';
import { followed } from '../follow.ts';

/** Entries that live as long as the process. Values are copied in and out, so nobody can change what is stored. Also the model that other drivers are tested against. */
export function memory(): BlobStorage {
  const entries = new Map<string, { value: unknown; version: string }>();
  const log: string[][] = [];

  const copy = (key: string): Entry<unknown> | undefined => {
    const entry = entries.get(key);
    return entry && { key, value: structuredClone(entry.value), version: entry.version };
  };

  async function commit(operations: readonly Operation<unknown>[], checks: readonly Check[] = []): Promise<Commit | undefined> {
    if (checks.some(({ key, version }) => entries.get(key)?.version !== version)) return undefined;
    // Copied before anything is changed: a value that cannot be copied leaves everything as it was.
    const copies = operations.map((operation) => (operation.type === 'set' ? structuredClone(operation.value) : undefined));
    const sequence = log.push(operations.map(({ key }) => key));
    operations.forEach(({ type, key }, index) => {
      if (type === 'delete') entries.delete(key);
      else entries.set(key, { value: copies[index], version: `${sequence}.${index}` });
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
    async changes(after): Promise<History> {
      const head = log.length;
      return after === undefined || after > head ? { head } : { head, keys: [...new Set(log.slice(after).flat())] };
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
