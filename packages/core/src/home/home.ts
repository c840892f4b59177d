import { backoff } from '../backoff.ts';
import { json } from '../codecs/json.ts';
import type { Commit, CommitOptions, DriverChange, Entry, Operation, StorageDriver } from '../driver.ts';
import type { SaveResult, StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';
import { cloneFormat, type RecordFormat, textFormat } from '../record.ts';
import type { Cell } from './cell.ts';
import { type Writer, writer } from './writer.ts';

/** What all keys of one store on one driver share: one writer, one watch of what others commit, one clock of local changes. */
export interface Home {
  readonly driver: StorageDriver;
  readonly format: RecordFormat;
  readonly ports: Ports;
  readonly writer: Writer;
  readonly cells: ReadonlyMap<string, Cell>;
  add(cell: Cell): void;
  load(path: string): Promise<Entry<unknown> | undefined>;
  /** Notes what the operations would store, where the end of the page cannot reach it, while they may not get to the driver in time. */
  note(operations: readonly Operation<unknown>[]): void;
  /** Runs `work` when the turn ends, or the page. */
  atTurnEnd(work: () => void): void;
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
  const ending = new Set<() => void>();
  /** Issued to the driver, when, and not acknowledged. */
  const unfinished = new Map<readonly Operation<unknown>[], number>();
  /** The names of notes of batches: several wait under one key. */
  const noted = new WeakMap<Operation<unknown>, string>();
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

  async function commit(operations: readonly Operation<unknown>[], options?: CommitOptions): Promise<Commit | undefined> {
    // First the note, then the write: where another tab waits for the same database, the write makes Chromium end a page that is on its
    // way into the back/forward cache, in the middle of its handler. `recover` has opened localStorage before: that alone takes Firefox long.
    // A batch that holds only on what its author has seen must not be appended later.
    const notable = options?.untouched ? operations.filter(({ type }) => type !== 'append') : operations;
    unfinished.set(notable, ports.now());
    note(notable);
    const issued = driver.commit ? driver.commit(operations, options) : oneByOne(operations);
    const done = await issued.finally(() => unfinished.delete(notable));
    // Refused is dealt with too: by whoever asked for the condition.
    const waiting = new Set([...unfinished.keys()].flatMap((others) => others.map(({ key }) => key)));
    for (const operation of operations) {
      const name = noted.get(operation) ?? operation.key;
      if (name !== operation.key || !waiting.has(name)) driver.journal?.forget(name);
    }
    return done;
  }

  function note(operations: readonly Operation<unknown>[], atMs?: number): void {
    // Chromium drops a transaction that has not ended with its page, even a committed one: hidden pages take notes too.
    if (!driver.journal || (driver.isOpen?.() !== false && ports.lifecycle.isVisible())) return;
    for (const operation of operations) {
      if (operation.type === 'trim') continue;
      // Something unique behind the path: it does not end like one.
      if (operation.type === 'append' && !noted.has(operation)) noted.set(operation, operation.key + ports.randomId());
      driver.journal.write(noted.get(operation) ?? operation.key, operation.type === 'delete' ? undefined : operation.value, atMs);
    }
  }

  function endTurn(): void {
    const works = [...ending];
    ending.clear();
    for (const work of works) work();
  }

  /** What a tab noted and could not store. Someone else's later write and newer data win. */
  async function replay(key: string, value: unknown, after: number): Promise<void> {
    const end = key.lastIndexOf('!') + 1;
    if (end < key.length) {
      // It may have been appended before its page ended: then it counts once, by its name.
      const path = key.slice(0, end);
      const placed = (sequence: number): void => {
        const history = { after: sequence - 1, head: sequence, keys: [path], batches: [{ sequence, key: path, value }] };
        void cells.get(path)?.reread({ type: 'change', keys: [path], history });
      };
      await commit([{ type: 'append', key: path, value }], { placed });
      return;
    }
    const entry = await driver.get(key);
    try {
      if (entry && value !== undefined && format.unpack(entry.value).version > format.unpack(value).version) return;
    } catch {
      return; // what cannot be read is not written over
    }
    // Past the notes of this tab: those of the other one stay until it is done.
    await driver.commit?.([value === undefined ? { type: 'delete', key } : { type: 'set', key, value }], {
      untouched: { keys: [key], after },
    });
  }

  async function oneByOne(operations: readonly Operation<unknown>[]): Promise<Commit> {
    for (const operation of operations) {
      if (operation.type === 'delete') await driver.delete(operation.key);
      else if (operation.type === 'set')
        await driver.set(operation.key, operation.value, operation.expiresAtMs ? { expiresAtMs: operation.expiresAtMs } : {});
    }
    return {};
  }

  const writes = writer(ports, commit);

  return {
    driver,
    format,
    ports,
    writer: writes,
    cells,
    add(cell) {
      cells.set(cell.path, cell);
    },
    start() {
      if (isStarted) return unwatch ?? Promise.resolve();
      isStarted = true;
      unwatch = driver.watch?.(reread).catch(() => undefined);
      recovery = driver.journal?.recover(replay);
      return unwatch ?? Promise.resolve();
    },
    load(path) {
      return recovery === undefined ? driver.get(path) : recovery.then(() => driver.get(path));
    },
    note,
    atTurnEnd(work) {
      ending.add(work);
      if (ports.lifecycle.isLeaving()) endTurn();
      else queueMicrotask(endTurn);
    },
    commit,
    exclusively: (path, work) => (driver.getSync !== undefined && ports.lock !== undefined ? ports.lock(path, work) : work()),
    tick,
    retryLater(cell) {
      unread.add(cell);
      rereads.plan();
    },
    hide() {
      endTurn();
      // With the time of the write: if it takes place after all, the note is known to be older than what others write from then on.
      for (const [operations, atMs] of unfinished) note(operations, atMs);
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
