import type { Driver, Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** Whether the login of a store is in force. `erasing`: it is over, and what it has stored is being removed. `shut`: it is over. */
export type Gate = () => 'open' | 'erasing' | 'shut';

/**
 * A storage as long as a login is in force. Afterwards nothing is written, and nothing seems to be stored: whoever reads again shows
 * nothing of it any more.
 */
export function guarded(storage: StorageDriver, gate: Gate): StorageDriver {
  return {
    ...guard(storage, gate),
    ...(storage.named ? { named: (store: string, ports: Ports) => guard(storage.named?.(store, ports) ?? storage, gate) } : {}),
  };
}

function guard<D extends Driver<unknown>>(driver: D, gate: Gate): D {
  const isShut = (): boolean => gate() === 'shut';

  /** In the calling turn where it may be: that is what survives the end of the page. */
  function pass<T>(operations: readonly Pick<Operation<unknown>, 'type'>[], issue: () => Promise<T>): Promise<T> {
    const state = gate();
    const isRemoval = operations.every(({ type }) => type === 'delete' || type === 'trim');
    if (state === 'open' || (state === 'erasing' && isRemoval)) return issue();
    return Promise.reject(new StoreError('CLOSED', 'Cannot write to the store of an account that is not logged in any more'));
  }

  /** What was asked for while the login was in force may arrive afterwards. */
  async function read<T, N>(nothing: N, ask: () => Promise<T>): Promise<T | N> {
    const found = isShut() ? nothing : await ask();
    return isShut() ? nothing : found;
  }

  const { journal, commit, changes, getSync, watch } = driver;
  return {
    ...driver,
    get: (key) => read(undefined, () => driver.get(key)),
    async *list(range) {
      if (isShut()) return;
      for await (const entries of driver.list(range)) {
        if (isShut()) return;
        yield entries;
      }
    },
    set: (key, value, options) => pass([{ type: 'set' }], () => driver.set(key, value, options)),
    delete: (key) => pass([], () => driver.delete(key)),
    ...(getSync ? { getSync: (key: string) => (isShut() ? undefined : getSync(key)) } : {}),
    ...(commit ? { commit: (operations, options) => pass(operations, () => commit(operations, options)) } : {}),
    ...(changes ? { changes: (after) => read({ head: 0, batches: [] }, () => changes(after)) } : {}),
    ...(watch ? { watch: (listener) => watch((change) => void (isShut() || listener(change))) } : {}),
    ...(journal
      ? {
          journal: {
            ...journal,
            write: (key, value, atMs) => void (gate() === 'open' && journal.write(key, value, atMs)),
            recover: (replay) => (isShut() ? undefined : journal.recover(replay)),
          },
        }
      : {}),
  };
}
