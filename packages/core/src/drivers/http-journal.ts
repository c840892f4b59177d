import type { CommitOptions, Journal, Operation } from '../driver.ts';
import type { Copy } from './http-copy.ts';

/** Notes of what may not reach the copy before the page ends, in the journal of the storage that holds the copy. */
export function journalOf(
  journal: Journal,
  copy: Pick<Copy, 'keyOf' | 'pathOf'>,
  enqueue: (operations: readonly Operation[], options?: CommitOptions) => Promise<void>,
): Journal {
  return {
    ...journal,
    write: (key, value, atMs) => journal.write(copy.pathOf(key), value, atMs),
    forget: (key) => journal.forget(copy.pathOf(key)),
    // The copy alone can tell whether it was written since.
    recover: () =>
      journal.recover(async (path, value, after) => {
        const key = copy.keyOf(path);
        if (key === undefined) return;
        const end = key.lastIndexOf('!') + 1;
        // What was appended has something unique behind its key; where it is in the copy already, it counts once.
        if (end < key.length) await enqueue([{ type: 'append', key: key.slice(0, end), value: value as string }]);
        else
          await enqueue([value === undefined ? { type: 'delete', key } : { type: 'set', key, value: value as string }], {
            untouched: { keys: [path], after },
          });
      }),
  };
}
