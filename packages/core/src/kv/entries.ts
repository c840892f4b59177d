import type { Codec } from '../codec.ts';
import { json } from '../codecs/json.ts';
import type { Check, Entry, Operation, StorageDriver } from '../driver.ts';
import { StoreError, storageError, updaterError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { queue } from '../queue.ts';
import { cloneFormat, packSet, type RecordFormat, type Stored, textFormat } from '../record.ts';

/** What an entry is to hold, and until when. A value of `undefined`: nothing. */
export type Content = Pick<Stored, 'value' | 'expiresAtMs'>;

/** What is laid into a driver under whole paths, for a store and all stores below it: values with their deadlines. */
export interface Entries {
  read(path: string): Promise<Stored | undefined>;
  /** Batches of what lives under a prefix. What cannot be read is left out, and what has expired is removed. */
  list(prefix: string): AsyncIterable<readonly (readonly [path: string, stored: Stored])[]>;
  /** Issued in the calling turn, unless the driver has no commits or bytes must be read first. */
  set(path: string, content: Content): Promise<unknown>;
  /** All or nothing, where the driver has commits. */
  setMany(contents: ReadonlyMap<string, Content>): Promise<void>;
  /** Resolves to false when there is one already. */
  create(path: string, content: Content): Promise<boolean>;
  /** Read, change, write, and again with what others wrote meanwhile. Resolves to what was written. */
  update(path: string, change: (before: Stored | undefined) => Content | Promise<Content>): Promise<unknown>;
  /** Resolves to whether there was one. */
  remove(path: string): Promise<boolean>;
  /** Removes what has expired. Resolves to how many entries that were. */
  prune(prefix: string, holds: (path: string) => boolean): Promise<number>;
  clear(prefix: string, holds: (path: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** So many operations a driver takes in one commit: etcd has the lowest limit, 128. */
const BATCH = 100;

export function entriesOf(
  driver: StorageDriver,
  ports: Pick<Ports, 'now' | 'lock'>,
  codec: Codec = driver.codec ?? json,
  tell: (paths: readonly string[]) => void,
): Entries {
  const format = driver.holds === 'clone' ? cloneFormat : (textFormat(codec) as RecordFormat);
  const inTurn = queue();
  let isClosed = false;

  function demandOpen(what: string): void {
    if (isClosed) throw new StoreError('CLOSED', `Cannot ${what}: the store is closed`);
  }

  /** Runs `work` in the calling turn; whatever it ends with is an error of ours. */
  async function using<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      demandOpen(what);
      return await work();
    } catch (error) {
      throw storageError(error, what);
    }
  }

  /** One after the other, in all tabs where there are locks: for drivers that cannot compare and set. */
  function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
    const isExact = driver.changes || (driver.commit && !driver.getSync);
    return inTurn(path, () => (isExact || !ports.lock ? work() : ports.lock(path, work)));
  }

  const isOver = ({ expiresAtMs }: Omit<Content, 'value'>): boolean => expiresAtMs !== undefined && expiresAtMs <= ports.now();

  function live(entry: Entry<unknown> | undefined): Stored | undefined {
    const stored = entry && format.unpack(entry.value);
    return stored && !isOver(stored) ? stored : undefined;
  }

  /** Whether there is something under its key: what cannot be read too. */
  function isFresh(entry: Entry<unknown>): boolean {
    try {
      return live(entry) !== undefined;
    } catch {
      return true;
    }
  }

  /** Removes what a read met, unless somebody wrote it meanwhile. Without a way to know that it stays until `prune`. */
  function evict(expired: readonly Entry<unknown>[]): void {
    const some = expired.slice(0, BATCH);
    if (some.length > 0) driver.commit?.(some.map(deletion), { checks: some.map(asCheck) }).catch(() => {}); // the next read tries again
  }

  const deletion = ({ key }: { key: string }): Operation<unknown> => ({ type: 'delete', key });
  const asCheck = ({ key, version }: Entry<unknown>): Check => ({ key, version });

  function operationOf(path: string, content: Content): Operation<unknown> | Promise<Operation<unknown>> {
    if (content.value === undefined || isOver(content)) return { type: 'delete', key: path };
    return packSet(format, path, { ...content, version: 1 });
  }

  /** Resolves to false when a check failed. Only a driver with commits can check; for others the caller waits for its turn. */
  async function write(operations: readonly Operation<unknown>[], checks?: readonly Check[]): Promise<boolean> {
    if (driver.commit) {
      if (operations.length > 0 && !(await driver.commit(operations, checks && { checks }))) return false;
    } else
      for (const operation of operations) {
        if (operation.type !== 'set') await driver.delete(operation.key);
        else await driver.set(operation.key, operation.value, operation.expiresAtMs ? { expiresAtMs: operation.expiresAtMs } : {});
      }
    tell(operations.map(({ key }) => key));
    return true;
  }

  /** Where nothing can be checked, a write waits for the read-modify-write that is under way. */
  function writeInTurn(operation: Operation<unknown>): Promise<boolean> {
    return driver.commit ? write([operation]) : exclusively(operation.key, () => write([operation]));
  }

  async function removeExpired(path: string): Promise<boolean> {
    const entry = await driver.get(path);
    return entry !== undefined && !isFresh(entry) && write([deletion(entry)]);
  }

  async function* batches(prefix: string): AsyncIterable<{ living: (readonly [string, Stored])[]; expired: Entry<unknown>[] }> {
    for await (const batch of driver.list({ prefix })) {
      const living: (readonly [string, Stored])[] = [];
      const expired: Entry<unknown>[] = [];
      for (const entry of batch) {
        try {
          const stored = format.unpack(entry.value);
          if (isOver(stored)) expired.push(entry);
          else living.push([entry.key, stored]);
        } catch {} // not ours, or broken: `get` says so
      }
      yield { living, expired };
    }
  }

  return {
    // Not by way of `using`: each promise more costs as much as a read of memory.
    async read(path) {
      try {
        demandOpen('read');
        const entry = await driver.get(path);
        const stored = live(entry);
        if (entry && !stored) evict([entry]);
        return stored;
      } catch (error) {
        throw storageError(error, 'read');
      }
    },

    async *list(prefix) {
      try {
        demandOpen('list');
        for await (const { living, expired } of batches(prefix)) {
          evict(expired);
          yield living;
        }
      } catch (error) {
        throw storageError(error, 'list');
      }
    },

    set: (path, content) =>
      using('write', () => {
        const operation = operationOf(path, content);
        return operation instanceof Promise ? operation.then(writeInTurn) : writeInTurn(operation);
      }),

    setMany: (contents) =>
      using('write', async () => {
        const packed = Array.from(contents, ([path, content]) => operationOf(path, content));
        const operations = packed.some((each) => each instanceof Promise) ? await Promise.all(packed) : (packed as Operation<unknown>[]);
        if (driver.commit) await write(operations);
        else await Promise.all(operations.map(writeInTurn));
      }),

    create: (path, content) =>
      using('add', async () => {
        const operation = await operationOf(path, content);
        return driver.commit
          ? write([operation], [{ key: path }])
          : exclusively(path, async () => !(await driver.get(path)) && write([operation]));
      }),

    update: (path, change) =>
      using('update', () =>
        exclusively(path, async () => {
          for (;;) {
            const entry = await driver.get(path);
            const after = await (async () => change(live(entry)))().catch((cause) => {
              throw updaterError(cause, 'update');
            });
            const operation = await operationOf(path, after);
            if (await write([operation], driver.commit && [{ key: path, version: entry?.version }])) return after.value;
          }
        }),
      ),

    remove: (path) =>
      using('delete', () =>
        exclusively(path, async () => {
          for (;;) {
            const entry = await driver.get(path);
            if (!entry) return false;
            if (await write([deletion(entry)], driver.commit && [asCheck(entry)])) return isFresh(entry);
          }
        }),
      ),

    prune: (prefix, holds) =>
      using('prune', async () => {
        let count = 0;
        for await (const { expired } of batches(prefix))
          for (const entry of expired.filter(({ key }) => holds(key))) {
            if (await (driver.commit ? write([deletion(entry)], [asCheck(entry)]) : exclusively(entry.key, () => removeExpired(entry.key))))
              count++;
          }
        return count;
      }),

    clear: (prefix, holds) =>
      using('clear', async () => {
        for await (const batch of driver.list({ prefix, keysOnly: true })) {
          const operations = batch.filter(({ key }) => holds(key)).map(deletion);
          for (let start = 0; start < operations.length; start += BATCH) await write(operations.slice(start, start + BATCH));
        }
      }),

    async close() {
      isClosed = true;
      await driver.close?.();
    },
  };
}
