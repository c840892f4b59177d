import type { CommitOptions, DriverChange, History, Operation, StorageDriver } from './driver.ts';
import { encodePath } from './key-path.ts';

/**
 * A driver that sees only what lies below a name in another driver, and whose keys no other name can reach: a tenant, a user, a
 * test. Sequences are those of the whole driver, so between two commits of one namespace others may be counted.
 */
export function namespaced<Value>(driver: StorageDriver<Value>, name: string): StorageDriver<Value> {
  const prefix = encodePath([name]);
  const within = (key: string): string => prefix + key;
  const ours = (keys: readonly string[]): string[] => keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));

  function historyOf<H extends History<Value>>({ keys, batches, ...history }: H): H {
    const own = batches.filter(({ key }) => key.startsWith(prefix)).map((batch) => ({ ...batch, key: batch.key.slice(prefix.length) }));
    return { ...history, ...(keys ? { keys: ours(keys) } : {}), batches: own } as unknown as H;
  }

  function optionsOf({ checks, untouched }: CommitOptions): CommitOptions {
    return {
      ...(checks ? { checks: checks.map((check) => ({ ...check, key: within(check.key) })) } : {}),
      ...(untouched ? { untouched: { ...untouched, keys: untouched.keys.map(within) } } : {}),
    };
  }

  function ourChange(change: DriverChange<Value>): DriverChange<Value> | undefined {
    const history = change.history ? { history: historyOf(change.history) } : {};
    if (change.type === 'reset') return { ...change, ...history };
    const keys = ours(change.keys);
    return keys.length > 0 ? { ...change, ...history, keys } : undefined;
  }

  const { commit, changes, watch, getSync, named } = driver;
  return {
    ...driver,
    async get(key) {
      const entry = await driver.get(within(key));
      return entry && { ...entry, key };
    },
    async *list(range) {
      const after = range.after === undefined ? {} : { after: within(range.after) };
      for await (const batch of driver.list({ ...range, ...after, prefix: within(range.prefix) }))
        yield batch.map((entry) => ({ ...entry, key: entry.key.slice(prefix.length) }));
    },
    set: (key, value, options) => driver.set(within(key), value, options),
    delete: (key) => driver.delete(within(key)),
    ...(getSync ? { getSync: (key: string) => getSync(within(key)) } : {}),
    ...(commit
      ? {
          commit: (operations: readonly Operation<Value>[], options: CommitOptions = {}) =>
            commit(
              operations.map((operation) => ({ ...operation, key: within(operation.key) })),
              optionsOf(options),
            ),
        }
      : {}),
    ...(changes ? { changes: async (after?: number) => historyOf(await changes(after)) } : {}),
    ...(watch
      ? {
          watch: (listener: (change: DriverChange<Value>) => void) =>
            watch((change) => {
              const own = ourChange(change);
              if (own) listener(own);
            }),
        }
      : {}),
    ...(named ? { named: (store, ports) => namespaced(named.call(driver, store, ports), name) } : {}),
  };
}
