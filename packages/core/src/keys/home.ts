import { backoff } from '../backoff.ts';
import { json } from '../codecs/json.ts';
import type { Check, Commit, Entry, Operation, StorageDriver } from '../driver.ts';
import type { SaveResult, StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';
import { cloneFormat, type RecordFormat, textFormat } from '../record.ts';
import { type Sync, synchronise } from '../sync.ts';
import type { Cell } from './cell.ts';
import { type Writer, writer } from './writer.ts';

/** What all keys of one store on one driver share: one writer, one view of what others commit, one clock of local changes. */
export interface Home {
  readonly driver: StorageDriver;
  readonly format: RecordFormat;
  readonly ports: Ports;
  readonly writer: Writer;
  readonly sync: Sync;
  readonly cells: ReadonlyMap<string, Cell>;
  add(cell: Cell): void;
  load(path: string): Promise<Entry<unknown> | undefined>;
  /** Notes what the operations would store, where the end of the page cannot reach it, while they may not get to the driver in time. */
  note(operations: readonly Operation<unknown>[]): void;
  /** Issues the operations in the calling turn, all or nothing. Resolves to false when a check failed. */
  commit(operations: readonly Operation<unknown>[], checks?: readonly Check[]): Promise<boolean>;
  /** Runs `work` while no other tab runs one for the same path, where the driver cannot compare and set across tabs. */
  exclusively<T>(path: string, work: () => Promise<T>): Promise<T>;
  /** One more at each call: what came first. */
  tick(): number;
  retryLater(cell: Cell): void;
  /** The page is seen again: tries now what has failed. */
  hurry(): void;
  quarantinePath(name: string): string;
  onError(error: StoreError, key: string): void;
  /** Tells of the error and gives it as a result. */
  refuse(error: StoreError, key: string): SaveResult;
  close(): Promise<void>;
}

export function createHome(store: string, storage: StorageDriver, ports: Ports, onError: Home['onError']): Home {
  const driver = storage.named?.(store) ?? storage;
  const format = driver.holds === 'clone' ? cloneFormat : (textFormat(storage.codec ?? json) as RecordFormat);
  const cells = new Map<string, Cell>();
  const sync = synchronise(store, driver, ports, cells, tick);
  const unread = new Set<Cell>();
  const rereads = backoff(ports, () => {
    for (const cell of unread) {
      unread.delete(cell);
      void cell.retry();
    }
  });
  let clock = 0;
  let isRecovered = false;
  let recovery: Promise<void> | undefined;

  function tick(): number {
    return ++clock;
  }

  async function commit(operations: readonly Operation<unknown>[], checks?: readonly Check[]): Promise<boolean> {
    note(operations);
    const done = await (driver.commit ? driver.commit(operations, checks) : oneByOne(operations));
    if (done === undefined) return false;
    sync.committed(done);
    for (const { key } of operations) driver.journal?.forget(key);
    return true;
  }

  function note(operations: readonly Operation<unknown>[]): void {
    // A transaction that cannot start at once is dropped with its page, even when it was committed: hidden pages take notes too.
    if (!driver.journal || (driver.isOpen?.() !== false && ports.lifecycle.isVisible())) return;
    for (const operation of operations) driver.journal.write(operation.key, operation.type === 'set' ? operation.value : undefined);
  }

  /** What a tab noted and could not store. Someone else's later write and newer data win. */
  async function replay(key: string, value: unknown): Promise<void> {
    const entry = await driver.get(key);
    try {
      if (entry && value !== undefined && format.unpack(entry.value).version > format.unpack(value).version) return;
    } catch {
      return; // what cannot be read is not written over
    }
    await commit([value === undefined ? { type: 'delete', key } : { type: 'set', key, value }], [{ key, version: entry?.version }]);
  }

  async function oneByOne(operations: readonly Operation<unknown>[]): Promise<Commit> {
    for (const operation of operations) {
      if (operation.type === 'delete') await driver.delete(operation.key);
      else await driver.set(operation.key, operation.value, operation.expiresAtMs ? { expiresAtMs: operation.expiresAtMs } : {});
    }
    return {};
  }

  const writes = writer(ports, (operations) => commit(operations));

  return {
    driver,
    format,
    ports,
    writer: writes,
    sync,
    cells,
    add(cell) {
      cells.set(cell.path, cell);
    },
    load(path) {
      if (!isRecovered) {
        isRecovered = true;
        recovery = driver.journal?.recover(replay);
      }
      return recovery === undefined ? driver.get(path) : recovery.then(() => driver.get(path));
    },
    note,
    commit,
    exclusively: (path, work) => (driver.getSync !== undefined && ports.lock !== undefined ? ports.lock(path, work) : work()),
    tick,
    retryLater(cell) {
      unread.add(cell);
      rereads.plan();
    },
    hurry() {
      rereads.hurry();
      writes.hurry();
    },
    quarantinePath: (name) => encodePath([store, '(unreadable)', name, ports.randomId()]),
    onError,
    refuse(error, key) {
      onError(error, key);
      return { saved: false, error };
    },
    async close() {
      for (const cell of cells.values()) cell.close();
      rereads.reset();
      writes.close();
      sync.close();
      await driver.close?.();
    },
  };
}
