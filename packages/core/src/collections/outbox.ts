import { isWorthRepeating, SAVED, type SaveResult, StoreError, storageError } from '../errors.ts';
import type { Cell, Derivation, Write } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { StatusSource } from '../home/status.ts';
import { batch } from '../observable.ts';
import type { Identified } from '../views/change.ts';
import { type EncodedBatch, encodeBatch } from './batch.ts';
import { operationsOf } from './batch-operations.ts';
import type { Blobs } from './blobs.ts';
import type { DocumentChange } from './change.ts';
import type { Mirror, Pending } from './mirror.ts';
import type { Packing } from './packing.ts';

/**
 * Chromium keeps what is larger in a file of its own, and reads nothing around it any more when that is lost with the power: such a
 * commit waits for the disk. Half of its 64 kB, because a text may take two bytes a character.
 */
const LARGE = 32_000;

/** Changes of this tab on their way into the log. */
export interface Outgoing extends Pending {
  /** Its name in the log, together with the writer's; kept when it is tried again. */
  readonly number: number;
  readonly derivation: Derivation | undefined;
  readonly isStrict: boolean;
  /** Of the documents on top of which the changes were made. */
  revision: number;
  /** As it was written last. */
  encoded: EncodedBatch;
  settle(error?: StoreError): void;
}

/** The changes of this tab that have no place in the log yet. What the writer of the driver asks of a cell is answered here. */
export interface Outbox extends Pick<Cell, 'abandon' | 'begin' | 'flush' | 'isBusy' | 'waiting'> {
  /** Shows the changes and plans their commit. The promise resolves when they are durable; it rejects when they were not, though they may be tried again. */
  write(
    changes: readonly DocumentChange[],
    derivation?: Derivation,
    isStrict?: boolean,
  ): { readonly item: Outgoing; readonly promise: Promise<void> };
  /** Others have changed documents since the changes were made. */
  isStale(item: Outgoing): boolean;
  /** Other changes take the place of these. */
  revise(item: Outgoing, changes: readonly DocumentChange[]): void;
  find(number: number): Outgoing | undefined;
  /** It has its place. False where it had it before. */
  remove(item: Outgoing): boolean;
  /** It will never have one. */
  discard(item: Outgoing): void;
  /** All that storage holds has its place: what was written and is not there is gone, or contained in what was read. */
  dropUnplaced(): void;
}

interface Context {
  readonly name: string;
  readonly path: string;
  readonly version: number;
  readonly writer: string;
  readonly home: Home;
  readonly mirror: Mirror<Identified>;
  readonly status: StatusSource;
  readonly format: Packing;
  readonly blobs: Blobs;
  readonly cell: () => Cell;
  /** All up to this sequence is in the mirror. */
  head(): number;
  /** What has come between is in the mirror. */
  caughtUp(): Promise<void>;
  /** One more whenever somebody else's changes have come into the mirror. */
  revision(): number;
  /** The items have their place, in this order and as one, right after what was told. */
  placed(items: readonly Outgoing[], sequence: number): void;
}

export function createOutbox({
  name,
  path,
  version,
  writer,
  home,
  mirror,
  status,
  format,
  blobs,
  cell,
  head,
  caughtUp,
  revision,
  placed,
}: Context): Outbox {
  const { ports } = home;
  const outstanding = new Map<number, Outgoing>();
  const unsettled = new Set<Promise<void>>();
  let queue: Outgoing[] = [];
  let inFlight = 0;
  /** Written, in a place that is not told yet. */
  const unplaced = new Set<Outgoing>();

  const isBusy = (): boolean => queue.length + inFlight > 0;

  function begin(): Write {
    const items = queue.filter((item) => hasChanges(item) && encode(item));
    const blobOperations = items.flatMap(({ changes }) => blobs.toStore(changes));
    queue = [];
    inFlight++;
    let isPlaced = false;
    const size = items.reduce((sum, { encoded }) => sum + encoded.size, 0);
    const isConditional = items.some((item) => item.derivation) && !ports.lifecycle.isLeaving();

    function tryAgain(): void {
      // Those that have their place took place, whatever was said afterwards.
      queue.unshift(...items.filter(({ number }) => outstanding.has(number)));
    }

    return {
      operations: [...blobOperations, ...items.flatMap(({ encoded }) => operationsOf(path, encoded))],
      isStrict: items.some((item) => item.isStrict) || size > LARGE || blobOperations.length > 0,
      isWhole: items.some((item) => item.derivation),
      untouched: isConditional ? { keys: [path], after: head() } : undefined,
      placed(sequence) {
        isPlaced = true;
        placed(items, sequence);
      },
      async again() {
        await caughtUp().finally(() => {
          inFlight--;
          tryAgain();
          rest();
        });
      },
      end(error) {
        inFlight--;
        if (error && isWorthRepeating(error)) tryAgain();
        // Where there is no storage they are shown all the same.
        else if (error && error.code !== 'DENIED') batch(() => items.forEach(discard));
        // On a copy of a server's storage it gets its place when the server has it.
        else if (!isPlaced && !home.isShared) for (const item of items) if (outstanding.has(item.number)) unplaced.add(item);
        status.mark({ pending: isBusy(), persistent: !isBusy() && !error, error });
        if (error) home.onError(error, name);
        for (const item of items) item.settle(error);
      },
    };
  }

  /** False where it cannot be written: it is taken back. */
  function encode(item: Outgoing): boolean {
    try {
      item.encoded = encodeBatch(writer, item.number, item, format, !home.isShared);
      return true;
    } catch (cause) {
      const error = storageError(cause, `write "${name}"`);
      discard(item);
      home.onError(error, name);
      item.settle(error);
      return false;
    }
  }

  /** False where there is nothing to write, or nothing any more. */
  function hasChanges(item: Outgoing): boolean {
    if (item.changes.length > 0) return true;
    discard(item);
    item.settle();
    return false;
  }

  /** Nothing may be left that a write could end: another tab has taken it over from the notes of this one, or it has turned out to change nothing. */
  function rest(): void {
    if (!isBusy()) status.mark({ pending: false, persistent: true, error: undefined });
  }

  function discard(item: Outgoing): void {
    unplaced.delete(item);
    outstanding.delete(item.number);
    mirror.drop(item);
  }

  return {
    begin,
    waiting: () => queue,
    isBusy,
    abandon() {
      const error = new StoreError('CLOSED', `Cannot save what waits in "${name}": the store was destroyed`);
      queue = [];
      for (const item of [...outstanding.values()]) {
        discard(item);
        item.settle(error);
      }
    },
    find: (number) => outstanding.get(number),
    discard,
    remove(item) {
      // Its first commit took place although it had seemed to fail: it waits no longer for another try.
      if (queue.includes(item)) queue = queue.filter((other) => other !== item);
      item.settle();
      blobs.stored(item.changes);
      unplaced.delete(item);
      rest();
      return outstanding.delete(item.number);
    },
    dropUnplaced: () => unplaced.forEach(discard),
    isStale: (item) => item.revision !== revision(),
    revise(item, changes) {
      mirror.replace(item, changes);
      item.revision = revision();
    },
    write(changes, derivation, isStrict = false) {
      let settle = (_error?: StoreError): void => {};
      const promise = new Promise<void>((resolve, reject) => {
        settle = (error) => (error ? reject(error) : resolve());
      });
      unsettled.add(promise);
      // The error is told to the store: whoever does not wait need not catch it.
      promise.catch(() => {}).finally(() => unsettled.delete(promise));
      const item: Outgoing = {
        changes,
        atMs: ports.now(),
        version,
        number: home.tick(),
        derivation,
        isStrict,
        revision: revision(),
        encoded: { parts: [], segments: [], size: 0 },
        settle,
      };
      outstanding.set(item.number, item);
      queue.push(item);
      mirror.add(item);
      status.mark({ pending: true, persistent: false });
      home.writer.add(cell());
      return { item, promise };
    },
    async flush(): Promise<SaveResult> {
      home.writer.flush();
      const failure = (await Promise.allSettled(unsettled)).find((result) => result.status === 'rejected');
      const error = (failure?.reason as StoreError | undefined) ?? (queue.length > 0 ? status.get().error : undefined);
      return error ? { saved: false, error } : SAVED;
    },
  };
}
