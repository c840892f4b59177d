import { backoff } from '../backoff.ts';
import { json } from '../codecs/json.ts';
import type { Commit, CommitOptions, DriverChange, Entry, Notes, Operation, StorageDriver } from '../driver.ts';
import type { SaveResult, StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';
import { cloneFormat, type RecordFormat, textFormat } from '../record.ts';
import type { Cell } from './cell.ts';
import { type Writer, writer } from './writer.ts';

/** What all keys and collections of one store on one driver share: one writer, one watch of what others commit, one clock of local changes. */
export interface Home {
  readonly driver: StorageDriver;
  /** Not only this browser writes to it. */
  readonly isShared: boolean;
  readonly format: RecordFormat;
  readonly ports: Ports;
  readonly writer: Writer;
  readonly cells: ReadonlyMap<string, Cell>;
  add(cell: Cell): void;
  load(path: string): Promise<Entry<unknown> | undefined>;
  /** Where the driver has a journal. */
  readonly notes: Notes | undefined;
  /** Begins to follow what others commit. To be called before the first read, so that nothing after it is missed; what is read before it resolves may be told again. */
  start(): Promise<unknown>;
  /** Issues the operations in the calling turn, all or nothing. Resolves to `undefined` when a condition does not hold. */
  commit(operations: readonly Operation<unknown>[], options?: CommitOptions): Promise<Commit | undefined>;
  /** Runs `work` while no other tab runs one for the same path, where the driver cannot compare and set across tabs. */
  exclusively<T>(path: string, work: () => Promise<T>): Promise<T>;
  /** One more at each call: what came first. */
  tick(): number;
  /** Reads it again, after a pause that grows. */
  retryLater(cell: Cell): void;
  /** The page may be gone after this turn: writes all that waits, and notes it. */
  hide(): void;
  /** The page is seen again: tries now what has failed. */
  show(): void;
  quarantinePath(name: string): string;
  onError(error: StoreError, key: string): void;
  /** Tells of the error and gives it as a result. */
  refuse(error: StoreError, key: string): SaveResult;
  close(): Promise<void>;
}

/** How values are laid into a storage. */
export function formatOf({ holds, codec = json }: StorageDriver): RecordFormat {
  return holds === 'clone' ? cloneFormat : (textFormat(codec) as RecordFormat);
}

export function createHome(store: string, storage: StorageDriver, ports: Ports, onError: Home['onError']): Home {
  const driver = storage.named?.(store, ports) ?? storage;
  const format = formatOf(storage);
  const cells = new Map<string, Cell>();
  const unread = new Set<Cell>();
  const rereads = backoff(ports, () => {
    const again = [...unread];
    unread.clear();
    for (const cell of again) void cell.reread();
  });
  let clock = 0;
  let isStarted = false;
  let recovery: Promise<void> | undefined;
  let unwatch: Promise<(() => void) | undefined> | undefined;

  function tick(): number {
    return ++clock;
  }

  function reread(change: DriverChange): void {
    const changed = change.type === 'reset' ? cells.values() : change.keys.map((key) => cells.get(key));
    for (const cell of changed) void cell?.reread(change);
  }

  function issue(operations: readonly Operation<unknown>[], options?: CommitOptions): Promise<Commit | undefined> {
    return driver.commit ? driver.commit(operations, options) : oneByOne(operations);
  }

  async function oneByOne(operations: readonly Operation<unknown>[]): Promise<Commit> {
    for (const operation of operations) {
      if (operation.type === 'delete') await driver.delete(operation.key);
      else if (operation.type === 'set')
        await driver.set(operation.key, operation.value, operation.expiresAtMs ? { expiresAtMs: operation.expiresAtMs } : {});
    }
    return {};
  }

  const notes = driver.journal?.keep(driver.journal, {
    driver,
    ports,
    issue,
    tell: reread,
    versionOf: (raw) => format.unpack(raw).version,
  });
  const commit = notes?.commit ?? issue;
  const writes = writer(ports, commit);

  return {
    driver,
    isShared: storage.watch !== undefined,
    format,
    ports,
    writer: writes,
    cells,
    notes,
    add(cell) {
      cells.set(cell.path, cell);
    },
    start() {
      if (isStarted) return unwatch ?? Promise.resolve();
      isStarted = true;
      unwatch = driver.watch?.(reread).catch(() => undefined);
      recovery = notes?.recover();
      return unwatch ?? Promise.resolve();
    },
    load(path) {
      return recovery?.then(() => driver.get(path)) ?? driver.get(path);
    },
    commit,
    exclusively: (path, work) => (driver.getSync && ports.lock ? ports.lock(path, work) : work()),
    tick,
    retryLater(cell) {
      unread.add(cell);
      rereads.plan();
    },
    hide() {
      notes?.leave();
      writes.flush();
    },
    show() {
      // Storage events of the time in the back/forward cache may be lost.
      if (driver.getSync) reread({ type: 'reset' });
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
      (await unwatch)?.();
      await driver.close?.();
    },
  };
}
