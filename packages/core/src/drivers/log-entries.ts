import type { Batch, History, Operation, Untouched } from '../driver.ts';
import type { Connection } from './connection.ts';

/** What lies in the object store `log`: its key is the place in the order of all commits of all tabs. */
export interface LogEntry {
  readonly keys: readonly string[];
  /** What was appended under which key, until it is trimmed. */
  readonly batches?: readonly (readonly [key: string, value: unknown])[];
  /** Only to tell whether a note that a tab left behind is older. */
  readonly atMs: number;
}

/** So many commits back a tab that was away finds which keys were written; one that was away for longer reads everything again. */
export const LOG_LENGTH = 256;

/** What was written after a sequence. */
export function historyOf(transaction: IDBTransaction, after?: number): () => History<unknown> {
  const log = transaction.objectStore('log');
  // All at once: one turn of the event loop less until another tab shows a change.
  const last = log.openKeyCursor(null, 'prev');
  const since = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true);
  const sequences = since && log.getAllKeys(since);
  const entries = since && log.getAll(since);
  return () => {
    const head = (last.result?.key as number | undefined) ?? 0;
    const found = (entries?.result ?? []) as LogEntry[];
    const batches = found.flatMap((entry, index) =>
      (entry.batches ?? []).map(([key, value]): Batch<unknown> => ({ sequence: sequences?.result[index] as number, key, value })),
    );
    // Sequences have no gaps: another number of entries means that some were forgotten, or that it is another log.
    const isWhole = after !== undefined && found.length === head - after;
    return { head, batches, ...(isWhole ? { keys: [...new Set(found.flatMap(({ keys }) => keys))] } : {}) };
  };
}

/** Whether between a sequence and the one of this commit nobody has committed under any of these keys. Not where too much was forgotten to tell. */
export function isUntouched(log: IDBObjectStore, { keys, after }: Untouched, sequence: number, then: (isUntouched: boolean) => void): void {
  if (sequence <= after + 1) {
    then(sequence === after + 1);
    return;
  }
  const between = log.getAll(IDBKeyRange.bound(after, sequence, true, true));
  between.onsuccess = () => {
    const entries = between.result as LogEntry[];
    then(entries.length === sequence - after - 1 && !entries.some((entry) => entry.keys.some((key) => keys.includes(key))));
  };
}

export type Trim = Extract<Operation, { type: 'trim' }>;

/** Forgets what these operations say, and who wrote what so far back that nobody looks. What was appended and not trimmed stays. */
export function trimLog(log: IDBObjectStore, head: number, trims: readonly Trim[] = []): void {
  const far = head - LOG_LENGTH;
  const range = IDBKeyRange.upperBound(Math.max(far, ...trims.map(({ sequence }) => sequence)));
  const sequences = log.getAllKeys(range);
  const entries = log.getAll(range);
  entries.onsuccess = () => {
    (entries.result as LogEntry[]).forEach(({ batches = [], ...entry }, index) => {
      const sequence = sequences.result[index] as number;
      const kept = batches.filter(([key]) => !trims.some((trim) => trim.key === key && trim.sequence >= sequence));
      if (kept.length === 0 && sequence <= far) log.delete(sequence);
      else if (kept.length < batches.length) log.put(kept.length > 0 ? { ...entry, batches: kept } : entry, sequence);
    });
  };
}

/** The head, unless the key was written at or after a moment, or the log does not reach back so far: an old note must not undo what was acknowledged later. */
export function headUnless(connection: Connection, key: string, atMs: number): Promise<number | undefined> {
  return connection.transact(['log'], 'readonly', (transaction) => {
    const log = transaction.objectStore('log');
    let entries: LogEntry[] = [];
    let head = 0;
    const last = log.openKeyCursor(null, 'prev');
    last.onsuccess = () => {
      head = last.result?.key as number;
      // Further back only what was appended is left.
      const request = log.getAll(IDBKeyRange.lowerBound(head - LOG_LENGTH, true));
      request.onsuccess = () => {
        entries = request.result;
      };
    };
    return () =>
      (entries[0]?.atMs ?? 0) > atMs || entries.some((entry) => entry.atMs >= atMs && entry.keys.includes(key)) ? undefined : head;
  });
}
