import type { History } from '../driver.ts';
import type { Connection } from './connection.ts';

/** What lies in the object store `log`: its key is the place in the order of all commits of all tabs. */
export interface LogEntry {
  readonly keys: readonly string[];
  /** Only to tell whether a note that a tab left behind is older. */
  readonly atMs: number;
}

/** So many commits back a tab that was away finds what changed; one that was away for longer reads everything again. */
export const LOG_LENGTH = 256;

/** The keys that were written after a sequence. */
export function historyOf(transaction: IDBTransaction, after?: number): () => History {
  const log = transaction.objectStore('log');
  // Both at once: one turn of the event loop less until another tab shows a change.
  const last = log.openKeyCursor(null, 'prev');
  const since = after === undefined ? undefined : log.getAll(IDBKeyRange.lowerBound(after, true));
  return () => {
    const head = (last.result?.key as number | undefined) ?? 0;
    const entries = since?.result as LogEntry[] | undefined;
    // Sequences have no gaps: another number of entries means that the log was trimmed, or is another one.
    return entries?.length === head - (after ?? 0) ? { head, keys: [...new Set(entries.flatMap(({ keys }) => keys))] } : { head };
  };
}

/** Removes what is further back than anyone looks. */
export function trimLog(connection: Connection, head: number): Promise<void> {
  return connection.transact(['log'], 'readwrite', (transaction) => {
    transaction.objectStore('log').delete(IDBKeyRange.upperBound(head - LOG_LENGTH));
    return () => {};
  });
}

/** Whether the key was written at or after a moment. True also when the log does not reach back so far: an old note must not undo what was acknowledged later. */
export function isWrittenSince(connection: Connection, key: string, atMs: number): Promise<boolean> {
  return connection.transact(['log'], 'readonly', (transaction) => {
    const request = transaction.objectStore('log').getAll();
    return () => {
      const entries = request.result as LogEntry[];
      return (entries[0]?.atMs ?? 0) > atMs || entries.some((entry) => entry.atMs >= atMs && entry.keys.includes(key));
    };
  });
}
