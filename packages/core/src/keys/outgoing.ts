import type { Operation } from '../driver.ts';
import { isWorthRepeating, SAVED, type SaveResult, type StoreError, storageError } from '../errors.ts';
import type { Write } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { StatusSource } from '../home/status.ts';
import { packSet } from '../record.ts';
import type { Key } from './key.ts';
import { type Saves, saves } from './saves.ts';

/** What of a value storage does not have yet, and what is known of what it has. */
export interface Outgoing {
  readonly save: Saves;
  /** Storage holds a value, or will when what waits is written. */
  isStored(): boolean;
  /** A write waits, or is under way. */
  isBusy(): boolean;
  /** A write waits: it will come after all that storage holds now. */
  isDirty(): boolean;
  /** Shown, but refused by storage. */
  isUnsaved(): boolean;
  /** Nothing needs to be written: storage has what is shown, and this build can read it. */
  isClean(): boolean;
  /** Storage has been read: whether it holds a value, and what it holds where this build cannot read it. */
  found(isStored: boolean, unreadable: unknown): void;
  /** The value is to be stored, or removed; `isDirty` once there may be writes. */
  change(isStored: boolean, isDirty: boolean): void;
  /** Storage refuses what is shown; without a try, where it is known beforehand. */
  refuse(isPresent?: boolean): void;
  /** What waits is not to be written any more. */
  drop(): void;
  begin(): Write;
  /** Writes now what waits; the result of what waits, is under way, or was refused. */
  flush(): Promise<SaveResult>;
  /** What is to be written, as far as it needs not wait for bytes. */
  known(): Operation<unknown>[];
}

interface Context<T> {
  readonly name: string;
  readonly path: string;
  readonly key: Key<T>;
  readonly home: Home;
  readonly status: StatusSource;
  shown(): T;
  /** The value that is on its way ends at this moment. */
  expires(atMs: number | undefined): void;
  /** All is written. */
  written(): unknown;
}

export function outgoing<T>({ name, path, key, home, status, shown, expires, written }: Context<T>): Outgoing {
  const save = saves();
  /** Kept under another name before it is written over. */
  let unreadable: unknown;
  let isStored = false;
  let isDirty = false;
  let isUnsaved = false;
  let inFlight = 0;
  /** When what is to be stored ends: counted from its change, however often it has to be written. */
  let expiresAtMs: number | undefined;

  const isBusy = (): boolean => isDirty || inFlight > 0;

  /** In memory too a value lives for its time. */
  function live(isPresent: boolean): void {
    expiresAtMs = isPresent && key.lifetimeMs !== undefined ? home.ports.now() + key.lifetimeMs : undefined;
    expires(expiresAtMs);
  }

  function operations(): Write['operations'] {
    if (!isStored) return [{ type: 'delete', key: path }];
    const set = packSet(home.format, path, { value: shown(), version: key.version, expiresAtMs });
    const keep: Operation<unknown>[] = unreadable === undefined ? [] : [{ type: 'set', key: home.quarantinePath(name), value: unreadable }];
    return [...keep, set];
  }

  function begin(): Write {
    const kept = unreadable;
    const settle = save.begin();
    isDirty = false;
    inFlight++;

    async function again(): Promise<void> {
      inFlight--;
      isDirty = true;
      void save.next().then(settle);
    }

    function end(error?: StoreError): void {
      inFlight--;
      isUnsaved = error !== undefined;
      if (error) {
        isDirty ||= isWorthRepeating(error);
        status.mark({ pending: false, persistent: false, error });
        settle(home.refuse(error, name));
        return;
      }
      if (kept === unreadable) unreadable = undefined;
      status.mark({ state: 'ready', pending: isBusy(), persistent: !isBusy(), error: undefined });
      settle(SAVED);
      if (!isBusy()) void written();
    }

    try {
      return { operations: operations(), end, again };
    } catch (cause) {
      end(storageError(cause, `write "${name}"`));
      throw cause;
    }
  }

  return {
    save,
    isStored: () => isStored,
    isBusy,
    isDirty: () => isDirty,
    isUnsaved: () => isUnsaved,
    isClean: () => !isDirty && !isUnsaved && unreadable === undefined,
    found(storageHolds, raw) {
      isStored = storageHolds;
      unreadable = raw;
      isUnsaved = false;
    },
    change(willHold, mayWrite) {
      // Before the write that takes it: in a page that leaves that begins at once.
      void save.next();
      isStored = willHold;
      isUnsaved = false;
      live(willHold);
      isDirty ||= mayWrite;
    },
    refuse(isPresent = isStored) {
      isUnsaved = true;
      live(isPresent);
    },
    drop() {
      isDirty = false;
      const { error } = status.get();
      if (error) save.settle({ saved: false, error });
    },
    begin,
    flush() {
      const promise = isDirty ? save.next() : save.current();
      home.writer.flush();
      const { error } = status.get();
      return promise ?? Promise.resolve(error && isUnsaved ? { saved: false, error } : SAVED);
    },
    known: () => operations().filter((operation): operation is Operation<unknown> => !(operation instanceof Promise)),
  };
}
