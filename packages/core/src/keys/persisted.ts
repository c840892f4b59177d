import type { SaveResult } from '../errors.ts';
import type { Cell } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { KeyStatus } from '../home/status.ts';
import type { Observable } from '../observable.ts';
import type { Key } from './key.ts';

/** A value that survives. A change shows at once in every subscriber and is written at the end of the turn. Nothing here throws or rejects unhandled. */
export interface Persisted<T> extends Observable<T> {
  /** The name of the key in its store; for one of a family with its argument, as in `panel(left)`. */
  readonly name: string;
  /** Changes the value now and stores it soon. Resolves when it is durable, or when the first try failed: then it stays in memory and is tried again. */
  set(next: T | ((previous: T) => T)): Promise<SaveResult>;
  /**
   * Reads what is stored now, changes it and writes it back with nothing in between: loses no change of another tab.
   * Exact where the driver can compare and set (IndexedDB, memory). Web storage cannot between processes: there it is best effort.
   */
  update(change: (fresh: T) => T): Promise<SaveResult>;
  /** Removes what is stored: the value is the default again, in every tab. */
  reset(): Promise<SaveResult>;
  /** Writes now what waits. */
  flush(): Promise<SaveResult>;
  /** Reads or writes again now, after an error. */
  retry(): Promise<SaveResult>;
  readonly status: Observable<KeyStatus>;
  /** Settles once: fulfilled after the first read, rejected when that ended in `error`. Carries the `status` and `value` that React's `use` reads. */
  readonly ready: Promise<Persisted<T>>;
}

/** A persisted value, with what a transaction needs of it. */
export interface PersistedCell<T> extends Persisted<T>, Cell {
  readonly declared: Key<T>;
  readonly home: Home;
}

/** One getter for all: with one of its own each object would be a slow one, and a kilobyte larger. */
const READY = {
  get ready(): unknown {
    return (this as unknown as { whenReady(): unknown }).whenReady();
  },
};

/** Gives the property `ready` to an object: what its method gives. */
export function withReady<T extends { readonly ready: unknown }>(object: Omit<T, 'ready'> & { whenReady(): T['ready'] }): T {
  return Object.setPrototypeOf(object, READY);
}
