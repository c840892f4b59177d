import { backoff } from '../backoff.ts';
import type { Commit, CommitOptions, Operation, Untouched } from '../driver.ts';
import { type StoreError, storageError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { Cell, Write } from './cell.ts';

/** Gathers what changed in a turn and writes it as one transaction, one at a time. */
export interface Writer {
  add(cell: Cell): void;
  /** Writes all that waits, also what may still wait for its delay. Must be called in the turn in which the page goes away. */
  flush(): void;
  /** From now on called with what is due, before it is written. */
  prepare(work: Prepare): void;
  /** Tries again now what failed. */
  hurry(): void;
  close(): void;
}

/** @param takeAll What was too large before is to be tried again with the rest. */
export type Prepare = (due: Iterable<Cell>, takeAll: () => void) => void;

/** Under way, and only to take place if nobody else has written. */
interface Conditional {
  /** What of it nothing later replaces. */
  operations: readonly Operation<unknown>[];
  /** What was left took place otherwise. */
  done(commit: Commit | undefined): void;
}

interface CellWrite {
  readonly cell: Cell;
  readonly write: Write;
}

/** `commit` must issue the operations in the calling turn: that is what survives the end of the page. */
export function writer(
  ports: Ports,
  commit: (operations: readonly Operation<unknown>[], options: CommitOptions) => Promise<Commit | undefined>,
): Writer {
  const due = new Set<Cell>();
  let prepare: Prepare = () => {};
  const delayed = new Map<Cell, () => void>();
  /** Too large for the space that is left: tried again by themselves, and in nobody else's way. */
  const tooLarge = new Set<Cell>();
  const retry = backoff(ports, () => {
    isDown = false;
    takeTooLarge();
    write();
  });
  /** Storage failed as a whole: nothing is written before the next try. */
  let isDown = false;
  let isPlanned = false;
  /** Someone has asked for a write while another one was under way. */
  let isWanted = false;
  let inFlight = 0;
  const conditional = new Set<Conditional>();

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    queueMicrotask(() => {
      isPlanned = false;
      if (!isDown) write();
    });
  }

  function takeTooLarge(): void {
    for (const cell of tooLarge) due.add(cell);
    tooLarge.clear();
  }

  function write(): void {
    // One at a time, except when the page may be gone before the first has ended.
    if (inFlight > 0 && ports.lifecycle.isVisible()) return;
    isWanted = false;
    const writes: CellWrite[] = [];
    // Before anything is taken: a transaction has changes in several cells.
    prepare(due, takeTooLarge);
    for (const cell of due) {
      due.delete(cell);
      // Refused once and stored since: to write it again would undo what others wrote after it.
      if (!cell.isBusy()) continue;
      try {
        writes.push({ cell, write: cell.begin() });
      } catch {} // the cell has told its subscribers
    }
    // What must wait for bytes goes alone: it holds up no one, and a file that cannot be read fails no one else.
    const isReady = ({ write }: CellWrite): boolean => !write.operations.some((operation) => operation instanceof Promise);
    const ready = writes.filter(isReady);
    for (const together of [ready, ...writes.filter((each) => !isReady(each)).map((each) => [each])])
      if (together.length > 0) send(together);
  }

  function send(batch: readonly CellWrite[]): void {
    inFlight++;
    void finish(batch).then((hasFailed) => {
      inFlight--;
      if (hasFailed) retry.plan();
      else {
        isDown = false;
        if (tooLarge.size === 0) retry.reset();
      }
      if (isWanted) write();
      else if (due.size > 0) plan();
    });
  }

  /** Resolves to true when something must be tried again. */
  async function finish(writes: readonly CellWrite[]): Promise<boolean> {
    const together = await tryToCommit(writes.map(({ write }) => write));
    let hasFailed = false;
    const refused: CellWrite[] = [];
    const isWhole = writes.some(({ write }) => write.isWhole);
    for (const { cell, write } of writes) {
      // One value that is too large or cannot be cloned must not hold up the others.
      // Not while a later write is under way: what was packed before would come after it.
      const isSuspect = writes.length > 1 && !isWhole && inFlight === 1 && /QUOTA|UNSUPPORTED/.test(together?.error?.code ?? '');
      const done = isSuspect ? await tryToCommit([write]) : together;
      if (!done) {
        refused.push({ cell, write });
        continue;
      }
      const { error } = done;
      write.end(error);
      if (!error || !cell.isBusy()) continue;
      const isTooLarge = error.code === 'QUOTA';
      (isTooLarge ? tooLarge : due).add(cell);
      isDown ||= !isTooLarge;
      hasFailed = true;
    }
    return (await beginAgain(refused)) || hasFailed;
  }

  /** Resolves to true when what was in the way cannot be read. */
  async function beginAgain(writes: readonly CellWrite[]): Promise<boolean> {
    const looks = await Promise.allSettled(writes.map(({ write }) => write.again()));
    for (const { cell } of writes) if (cell.isBusy()) due.add(cell);
    const hasFailed = looks.some(({ status }) => status === 'rejected');
    isDown ||= hasFailed;
    return hasFailed;
  }

  /** Resolves to nothing where somebody else has touched what must be untouched. */
  async function tryToCommit(writes: readonly Write[]): Promise<{ error?: StoreError } | undefined> {
    const operations = writes.flatMap((write) => write.operations);
    if (operations.length === 0) return {};
    const options = optionsOf(writes);
    const issue = (ready: readonly Operation<unknown>[]): Promise<Commit | undefined> =>
      new Promise((resolve, reject) => {
        for (const other of conditional) other.operations = other.operations.filter(({ key }) => !ready.some((later) => later.key === key));
        const own: Conditional = {
          operations: ready,
          // In part it says nothing: what replaces the rest may fail.
          done: (commit) => own.operations.length === ready.length && resolve(commit),
        };
        if (options.untouched && !ready.some(({ type }) => type === 'append')) conditional.add(own);
        commit(ready, options)
          .finally(() => conditional.delete(own))
          .then(resolve, reject);
      });
    try {
      const done = await (operations.some((operation) => operation instanceof Promise)
        ? Promise.all(operations).then(issue)
        : issue(operations as readonly Operation<unknown>[]));
      return done && {};
    } catch (error) {
      return { error: storageError(error, 'write') };
    }
  }

  return {
    add(cell) {
      if (tooLarge.has(cell)) retry.soon();
      else if (cell.delayMs === 0 || ports.lifecycle.isLeaving()) {
        due.add(cell);
        if (ports.lifecycle.isLeaving()) write();
        else plan();
        if (isDown) retry.soon();
      } else if (!delayed.has(cell))
        delayed.set(
          cell,
          ports.delay(() => {
            delayed.delete(cell);
            due.add(cell);
            plan();
          }, cell.delayMs),
        );
    },
    flush() {
      for (const [cell, cancel] of delayed) {
        cancel();
        due.add(cell);
      }
      delayed.clear();
      takeTooLarge();
      isWanted = true;
      if (!ports.lifecycle.isLeaving()) return write();
      // Who has to look whether a condition holds is cut off in the middle.
      for (const own of conditional) {
        conditional.delete(own);
        // Where it fails the first try says so. Where it does not, that one must not be made again: others may have written meanwhile.
        commit(own.operations, {}).then(own.done, () => {});
      }
      write();
    },
    prepare(work) {
      prepare = work;
    },
    hurry: retry.hurry,
    close() {
      retry.reset();
      for (const cancel of delayed.values()) cancel();
      delayed.clear();
    },
  };
}

function optionsOf(writes: readonly Write[]): CommitOptions {
  const placed = (sequence: number): void => {
    for (const write of writes) write.placed?.(sequence);
  };
  const untouched = writes.flatMap((write): Untouched[] => (write.untouched ? [write.untouched] : []));
  const durability = writes.some(({ isStrict }) => isStrict) ? ('strict' as const) : undefined;
  if (untouched.length === 0) return { placed, durability };
  return {
    placed,
    durability,
    untouched: { keys: untouched.flatMap(({ keys }) => keys), after: Math.min(...untouched.map(({ after }) => after)) },
  };
}
