import type { BlobStorage, Commit, CommitOptions, Entry, History, Operation, Range } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';
import type { WithBytes } from './blob-bytes.ts';
import type { Connection } from './connection.ts';
import { headUnless, historyOf, isUntouched, LOG_LENGTH, type LogEntry, type Trim, trimLog } from './log-entries.ts';
import { hasBlob, probeBlobs } from './probe-blobs.ts';
import { type Row, readRows } from './read-rows.ts';
import { sharedConnection } from './shared-connection.ts';

export interface DatabaseOptions {
  /** `strict`: what is acknowledged survives the loss of power too; several times slower. @default 'relaxed' */
  durability?: 'relaxed' | 'strict';
  /** Where the factory comes from; called at first use. @default the page's `indexedDB` */
  factory?: () => IDBFactory | undefined;
}

const LIST_BATCH = 1_000;

/** One database of IndexedDB, as a driver. */
export type Database = BlobStorage &
  Required<Pick<BlobStorage, 'changes' | 'commit'>> & {
    /** The head, unless the key was written at or after a moment, or that cannot be known. */
    headUnless(key: string, atMs: number): Promise<number | undefined>;
  };

/** Entries in IndexedDB, Blobs and all: one connection a database, shared by all stores of the page. */
export function database(name: string, { durability = 'relaxed', factory = () => globalThis.indexedDB }: DatabaseOptions = {}): Database {
  const writer = crypto.getRandomValues(new Uint32Array(2)).join('-');
  let writes = 0;
  let connection: Connection | undefined;
  let isClosed = false;
  /** Known after the first Blob. */
  let keepsBlobs: boolean | undefined;
  /** What is asked for in this turn, to be read in one transaction. */
  let reading: { keys: string[]; rows: Promise<(Row | undefined)[]> } | undefined;

  /** Runs `work` in the calling turn; whatever it ends with is an error of ours. */
  async function using<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      if (isClosed) throw new StoreError('CLOSED', `Cannot use the database "${name}": it is closed`);
      connection ??= sharedConnection(factory, name, durability);
      return await work(connection);
    } catch (error) {
      throw storageError(error, `use the database "${name}"`);
    }
  }

  function read(keys: string[]): Promise<(Row | undefined)[]> {
    return using((held) =>
      held.transact(['kv'], 'readonly', (transaction) => {
        let rows: (Row | undefined)[] = [];
        readRows(transaction.objectStore('kv'), keys).then(
          (found) => {
            rows = found;
          },
          () => {}, // the transaction says it
        );
        return () => rows;
      }),
    );
  }

  async function commit(operations: readonly Operation<unknown>[], options: CommitOptions = {}): Promise<Commit | undefined> {
    const values = operations.map((operation) => (operation.type === 'set' ? operation.value : undefined));
    const isPlain = !values.some((value) => hasBlob(value));
    if (isPlain || keepsBlobs) return write(operations, options);
    keepsBlobs ??= await using(probeBlobs);
    return write(operations, options, keepsBlobs ? [] : await Promise.all(values.map((await blobBytes()).blobsToBytes)));
  }

  function write(
    operations: readonly Operation<unknown>[],
    { checks = [], untouched, durability: asked }: CommitOptions,
    bytes: readonly WithBytes[] = [],
  ): Promise<Commit | undefined> {
    // A burst appends a thousand times under one key.
    const keys = [...new Set(operations.map(({ key }) => key))];
    const batches = operations.flatMap((operation) => (operation.type === 'append' ? [[operation.key, operation.value] as const] : []));
    const trims = operations.filter((operation): operation is Trim => operation.type === 'trim');
    return using((held) =>
      held.transact(
        ['kv', 'log'],
        'readwrite',
        (transaction, undo) => {
          const kv = transaction.objectStore('kv');
          const log = transaction.objectStore('log');
          let sequence = 0;
          let isCurrent = true;
          let unchecked = checks.length;

          function put(): void {
            operations.forEach((operation, index) => {
              if (operation.type === 'delete') kv.delete(operation.key);
              else if (operation.type === 'set')
                kv.put({ value: operation.value, ...bytes[index], version: `${writer}.${++writes}` } satisfies Row, operation.key);
            });
            const added = log.add({ keys, ...(batches.length > 0 ? { batches } : {}), atMs: Date.now() } satisfies LogEntry);
            added.onsuccess = () => {
              sequence = added.result as number;
              if (trims.length > 0) trimLog(log, sequence, trims);
              if (untouched)
                isUntouched(log, untouched, sequence, (holds) => {
                  isCurrent = holds;
                  if (!holds) undo();
                });
            };
            // Without it a transaction that is begun while the page goes away is never completed.
            if (!untouched && trims.length === 0) transaction.commit?.();
          }

          for (const { key, version } of checks) {
            const request = kv.get(key);
            request.onsuccess = () => {
              isCurrent &&= (request.result as Row | undefined)?.version === version;
              if (--unchecked > 0 || !isCurrent) return;
              try {
                put();
              } catch (error) {
                undo(error);
              }
            };
          }
          if (checks.length === 0) put();
          return () => (isCurrent ? { sequence } : undefined);
        },
        asked,
      ),
    ).then((done) => {
      if (done && done.sequence % LOG_LENGTH === 0) trim(done.sequence).catch(() => {}); // the next multiple trims again
      return done;
    });
  }

  function trim(head: number): Promise<void> {
    return using((held) =>
      held.transact(['log'], 'readwrite', (transaction) => {
        trimLog(transaction.objectStore('log'), head);
        return () => {};
      }),
    );
  }

  function changes(after?: number): Promise<History<unknown>> {
    return using((held) => held.transact(['log'], 'readonly', (transaction) => historyOf(transaction, after)));
  }

  return {
    name: 'indexed-db',
    holds: 'clone',
    blobs: true,
    commit,
    changes,
    async get(key) {
      if (!reading) {
        const keys: string[] = [];
        const rows = Promise.resolve().then(() => {
          reading = undefined;
          return read(keys);
        });
        reading = { keys, rows };
      }
      const index = reading.keys.push(key) - 1;
      return entryOf(key, (await reading.rows)[index]);
    },
    async *list({ prefix, after, limit = Number.POSITIVE_INFINITY, keysOnly }: Range) {
      let last = after;
      let left = limit;
      while (left > 0) {
        const batch = await page(prefix, last, Math.min(left, LIST_BATCH), keysOnly);
        if (batch.length > 0) yield batch;
        if (batch.length < Math.min(left, LIST_BATCH)) return;
        left -= batch.length;
        last = batch.at(-1)?.key;
      }
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    isOpen: () => connection?.isOpen() ?? false,
    async close() {
      isClosed = true;
      connection?.close();
    },
    headUnless: (key, atMs) => using((held) => headUnless(held, key, atMs)),
  };

  function page(prefix: string, after: string | undefined, limit: number, keysOnly = false): Promise<Entry<unknown>[]> {
    return using((held) =>
      held.transact(['kv'], 'readonly', (transaction) => {
        const kv = transaction.objectStore('kv');
        const range = rangeOf(prefix, after);
        if (!range) return () => [];
        const keys = kv.getAllKeys(range, limit);
        const rows = keysOnly ? undefined : kv.getAll(range, limit);
        return () => (keys.result as string[]).map((key, index) => entryOf(key, rows ? rows.result[index] : {}));
      }),
    ).then((entries) => Promise.all(entries as Entry<unknown>[]));
  }
}

/** The keys that begin with the prefix and come after a key; with an end, so that no large value behind them is read. `undefined`: there are none. */
function rangeOf(prefix: string, after = ''): IDBKeyRange | undefined {
  const isLater = after >= prefix && after !== '';
  const lower = isLater ? after : prefix;
  // Keys are in the order of their UTF-16 units: the end is the prefix with its last unit one further.
  const kept = prefix.replace(/\uffff+$/, '');
  if (kept === '') return IDBKeyRange.lowerBound(lower, isLater);
  const end = kept.slice(0, -1) + String.fromCharCode(kept.charCodeAt(kept.length - 1) + 1);
  return lower < end ? IDBKeyRange.bound(lower, end, isLater, true) : undefined;
}

/** For engines that do not store Blobs. */
const blobBytes = (): Promise<typeof import('./blob-bytes.ts')> => import('./blob-bytes.ts');

function entryOf(key: string, row: Row | undefined): Entry<unknown> | Promise<Entry<unknown>> | undefined {
  if (!row?.blobs) return row && { key, value: row.value, version: row.version };
  const { value, blobs, version } = row;
  return blobBytes().then(({ bytesToBlobs }) => ({ key, value: bytesToBlobs({ value, blobs }), version }));
}
