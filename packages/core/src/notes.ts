import type { Commit, CommitOptions, Journal, Notes, NotesHost, Operation } from './driver.ts';

type Operations = readonly Operation<unknown>[];

/**
 * Notes what is on its way to a driver, while it may not get there before the page ends, and stores at the next start what others
 * have noted and could not store. Chromium drops a transaction that has not ended with its page, even a committed one: pages that
 * are hidden take notes too.
 */
export function keepNotes(journal: Journal, { driver, ports, issue, versionOf, tell }: NotesHost): Notes {
  /** Issued to the driver, when, and not acknowledged. */
  const unfinished = new Map<Operations, number>();
  /** The names of notes of batches: several wait under one key. */
  const names = new WeakMap<Operation<unknown>, string>();
  /** Give what is to be written once storage has been read. */
  const early = new Set<() => Operations>();

  const nameOf = (operation: Operation<unknown>): string => names.get(operation) ?? operation.key;

  function note(operations: Operations, atMs?: number, mustWait = driver.isOpen?.() === false): void {
    if (!mustWait && ports.lifecycle.isVisible()) return;
    for (const operation of operations) {
      if (operation.type === 'trim' || (operation.type === 'append' && operation.refers)) continue;
      // Something unique behind the path: it does not end like one.
      if (operation.type === 'append' && !names.has(operation)) names.set(operation, operation.key + ports.randomId());
      journal.write(nameOf(operation), operation.type === 'delete' ? undefined : operation.value, atMs);
    }
  }

  async function commit(operations: Operations, options?: CommitOptions): Promise<Commit | undefined> {
    // First the note, then the write: where another tab waits for the same database, the write makes Chromium end a page that is on its
    // way into the back/forward cache, in the middle of its handler. `recover` has opened localStorage before: that alone takes Firefox long.
    // A batch that holds only on what its author has seen must not be appended later.
    const notable = options?.untouched ? operations.filter(({ type }) => type !== 'append') : operations;
    unfinished.set(notable, ports.now());
    note(notable);
    const done = await issue(operations, options).finally(() => unfinished.delete(notable));
    // Refused is dealt with too: by whoever asked for the condition.
    const waiting = new Set([...unfinished.keys()].flatMap((others) => others.map(({ key }) => key)));
    for (const operation of operations) {
      const name = nameOf(operation);
      if (name !== operation.key || !waiting.has(name)) journal.forget(name);
    }
    return done;
  }

  /** What a tab noted and could not store. Someone else's later write and newer data win. */
  async function replay(key: string, value: unknown, after: number): Promise<void> {
    const end = key.lastIndexOf('!') + 1;
    if (end < key.length) return append(key.slice(0, end), value);
    const entry = await driver.get(key);
    try {
      if (entry && value !== undefined && versionOf(entry.value) > versionOf(value)) return;
    } catch {
      return; // what cannot be read is not written over
    }
    // Past the notes of this tab: those of the other one stay until it is done.
    await driver.commit?.([value === undefined ? { type: 'delete', key } : { type: 'set', key, value }], {
      untouched: { keys: [key], after },
    });
  }

  /** It may have been appended before its page ended: then it counts once, by its name. */
  async function append(key: string, value: unknown): Promise<void> {
    const placed = (sequence: number): void =>
      tell({
        type: 'change',
        keys: [key],
        history: { after: sequence - 1, head: sequence, keys: [key], batches: [{ sequence, key, value }] },
      });
    await commit([{ type: 'append', key, value }], { placed });
  }

  function noteEarly(): void {
    const works = [...early];
    early.clear();
    // Whatever is open: it waits for its first read.
    for (const work of works) note(work(), undefined, true);
  }

  return {
    commit,
    noteAtTurnEnd(work) {
      early.add(work);
      if (ports.lifecycle.isLeaving()) noteEarly();
      else queueMicrotask(noteEarly);
    },
    leave() {
      noteEarly();
      // With the time of the write: if it takes place after all, the note is known to be older than what others write from then on.
      for (const [operations, atMs] of unfinished) note(operations, atMs);
    },
    recover: () => journal.recover(replay),
  };
}
