import type { Codec } from '../codec.ts';
import { rich } from '../codecs/rich.ts';
import type {
  BlobStorage,
  Commit,
  CommitOptions,
  Driver,
  DriverChange,
  Entry,
  History,
  Operation,
  Range,
  StorageDriver,
} from '../driver.ts';
import type { Ports } from '../ports.ts';
import { keyIdOf, seal, unseal } from './seal.ts';
import type { Vault } from './vault.ts';

export interface EncryptedStorage extends StorageDriver<string> {
  /**
   * Seals again with the current key what an older one has sealed, entry by entry and only where nobody has written meanwhile. May be
   * cut off at any moment and called again. Resolves to how many it has sealed. Keep the older keys: the log may still need them.
   */
  reseal(store?: string): Promise<number>;
}

/**
 * A storage whose values are sealed with AES-256-GCM before they reach another one. Keys, collections and `kv` on it work as they do
 * without it, except that nothing is read at once (no `getSync`) and nothing is promised of what is set in the last moments of a page:
 * encryption takes a task or two, and there are no notes in clear. The names of keys are not hidden, nor how many and how long they are.
 */
export function encrypted(
  inner: BlobStorage<never> | BlobStorage,
  vault: Vault,
  options?: { codec?: Codec },
): EncryptedStorage & BlobStorage<string>;
export function encrypted(inner: StorageDriver<never> | StorageDriver, vault: Vault, options?: { codec?: Codec }): EncryptedStorage;
export function encrypted(
  inner: StorageDriver<never> | StorageDriver,
  vault: Vault,
  { codec = rich }: { codec?: Codec } = {},
): EncryptedStorage {
  const storage = inner as StorageDriver;
  return {
    ...sealing(storage, '', vault),
    codec,
    ...(storage.blobs ? { blobs: true } : {}),
    ...(storage.named ? { named: (store: string, ports: Ports) => sealing(storage.named?.(store, ports) ?? storage, store, vault) } : {}),
    async reseal(store = '') {
      const ports = { lifecycle: { listen: () => () => {}, isVisible: () => true, isLeaving: () => false } } as unknown as Ports;
      const driver = (store && storage.named?.(store, ports)) || storage;
      const sealed = sealing(driver, store && storage.named ? store : '', vault);
      const { id } = await vault.keyOf();
      let count = 0;
      for await (const entries of driver.list({ prefix: '' }))
        for (const { key, value, version } of entries) {
          const by = keyIdOf(value);
          if (by === undefined || by === id) continue;
          const text = (await sealed.get(key))?.value;
          if (text === undefined || text.startsWith('broken:')) continue;
          const operation: Operation = { type: 'set', key, value: text };
          if (await sealed.commit?.([operation], version === undefined ? {} : { checks: [{ key, version }] })) count++;
        }
      return count;
    },
  };
}

function sealing(driver: Driver<unknown>, store: string, vault: Vault): Driver<string> {
  /** What is told, and what is done, in the order in which the driver told and was asked. */
  let telling: Promise<unknown> = Promise.resolve();
  let issuing: Promise<unknown> = Promise.resolve();
  let seen = 0;

  function inOrder<T>(work: () => T | Promise<T>): Promise<T> {
    const done = telling.then(work);
    telling = done.catch(() => {});
    return done;
  }

  const entryOf = async ({ key, value, version }: Entry<unknown>): Promise<Entry> => ({
    key,
    value: value === undefined ? (undefined as unknown as string) : await unseal(value, { store, key, kind: 'entry' }, vault),
    ...(version === undefined ? {} : { version }),
  });

  async function sealedOf(operation: Operation): Promise<Operation<unknown>> {
    if (operation.type === 'delete' || operation.type === 'trim') return operation;
    const kind = operation.type === 'set' ? 'entry' : 'batch';
    return { ...operation, value: await seal(operation.value, { store, key: operation.key, kind }, vault) };
  }

  async function historyOf<H extends History<unknown>>(history: H): Promise<Omit<H, 'batches'> & Pick<History, 'batches'>> {
    const open = history.batches.map(async ({ sequence, key, value }) => ({
      sequence,
      key,
      value: await unseal(value, { store, key, kind: 'batch' }, vault),
    }));
    return { ...history, batches: await Promise.all(open) };
  }

  /** In the order of the calls, however long the sealing of each takes. */
  function inTurn<T>(sealed: Promise<T>): Promise<T> {
    sealed.catch(() => {}); // told with its turn
    const turn = issuing.then(() => sealed);
    issuing = turn.catch(() => {});
    return turn;
  }

  async function commit(operations: readonly Operation[], options: CommitOptions = {}): Promise<Commit | undefined> {
    const sealed = inTurn(Promise.all(operations.map(sealedOf)));
    const placed = (sequence: number): void =>
      void inOrder(() => {
        seen = Math.max(seen, sequence);
        options.placed?.(sequence);
      });
    const done = await driver.commit?.(await sealed, { ...options, placed });
    await inOrder(() => {});
    return done;
  }

  async function tell(change: DriverChange<unknown>): Promise<DriverChange<string>> {
    const { history, ...rest } = change;
    if (!history) return rest;
    try {
      return { ...rest, history: await historyOf(history) };
    } catch {
      return { type: 'reset' }; // locked: whoever reads again is told so
    }
  }

  return {
    name: `encrypted ${driver.name}`,
    holds: 'text',
    ...(driver.limits ? { limits: driver.limits } : {}),
    async get(key) {
      const entry = await driver.get(key);
      return entry && entryOf(entry);
    },
    async *list(range: Range) {
      for await (const entries of driver.list(range)) yield range.keysOnly ? (entries as Entry[]) : await Promise.all(entries.map(entryOf));
    },
    async set(key, value, options) {
      await driver.set(key, await inTurn(seal(value, { store, key, kind: 'entry' }, vault)), options);
    },
    async delete(key) {
      await inTurn(Promise.resolve());
      await driver.delete(key);
    },
    ...(driver.commit ? { commit } : {}),
    ...(driver.changes ? { changes: async (after?: number) => historyOf((await driver.changes?.(after)) as History<unknown>) } : {}),
    ...(driver.seen ? { seen: () => seen } : {}),
    ...(driver.watch
      ? {
          async watch(listener: (change: DriverChange<string>) => void) {
            const stop = await driver.watch?.((change) =>
              inOrder(async () => {
                listener(await tell(change));
                seen = Math.max(seen, change.history?.head ?? 0);
              }),
            );
            seen = Math.max(seen, driver.seen?.() ?? 0);
            const stopUnlock = vault.onUnlock(() => listener({ type: 'reset' }));
            return () => {
              stopUnlock();
              stop?.();
            };
          },
        }
      : {}),
    ...(driver.isOpen ? { isOpen: () => driver.isOpen?.() ?? false } : {}),
    ...(driver.close ? { close: () => driver.close?.() ?? Promise.resolve() } : {}),
  };
}
