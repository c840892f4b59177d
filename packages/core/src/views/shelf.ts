import { batch, computed, type Observable, source } from '../observable.ts';
import type { Ports } from '../ports.ts';

/** Where an observable gets its value from, for as long as someone uses it. */
export interface Origin<T> {
  /** Before anything was loaded. */
  readonly initial: T;
  /** The same reference until it changes. */
  value(): T;
  close?(): void;
}

/**
 * Observables by name, each the same object for all. What is not watched and was not read for about half a minute is let go, and
 * made again where someone has kept the observable and comes back to it.
 */
export interface Shelf<T, Kept extends Observable<T>> {
  /** @param open Makes the origin, which calls `touch` when its value may have changed. */
  observe(name: string, open: (touch: () => void) => Origin<T>): Kept;
  /** The value of this name may have changed; without a name all may. */
  touch(name?: string): void;
  close(): void;
}

interface Entry<T, Kept> {
  readonly kept: Kept;
  readonly origin: Origin<T>;
  readonly cell: Observable<T>;
  touch(): void;
  isUsed: boolean;
  isGone: boolean;
}

const KEEP_MS = 30_000;

/**
 * @param dress Makes of an observable what is handed out.
 * @param wanted Called before each read or subscription: to have an observable costs nothing yet.
 */
export function createShelf<T, Kept extends Observable<T>>(
  { delay }: Pick<Ports, 'delay'>,
  dress: (observable: Observable<T>) => Kept,
  wanted: () => void,
): Shelf<T, Kept> {
  const entries = new Map<string, Entry<T, Kept>>();
  let cancel: (() => void) | undefined;

  function openEntry(kept: Kept, open: (touch: () => void) => Origin<T>): Entry<T, Kept> {
    let version = 0;
    const changes = source(version);
    const touch = (): void => changes.set(++version);
    const entry: Entry<T, Kept> = {
      kept,
      origin: open(touch),
      cell: computed(() => {
        changes.get();
        entry.isUsed = true;
        // What has been derived from one that is gone must not stay: whoever asks again gets the value by its name.
        return entry.isGone ? (entry as never) : entry.origin.value();
      }),
      touch,
      isUsed: true,
      isGone: false,
    };
    return entry;
  }

  function sweep(): void {
    const idle = [...entries].filter(([, entry]) => !entry.isUsed);
    for (const entry of entries.values()) entry.isUsed = false;
    // Only what is watched computes its value now, and so shows that it is.
    batch(() => {
      for (const [, entry] of idle) entry.touch();
    });
    for (const [name, entry] of idle) {
      if (entry.isUsed) continue;
      entry.isGone = true;
      entries.delete(name);
      entry.origin.close?.();
    }
    cancel = entries.size > 0 ? delay(sweep, KEEP_MS) : undefined;
  }

  return {
    observe(name, open) {
      const kept = dress({
        get() {
          wanted();
          const entry = entryNow();
          entry.isUsed = true;
          return entry.cell.get();
        },
        initial: () => entryNow().origin.initial,
        subscribe(listener) {
          wanted();
          return entryNow().cell.subscribe(listener);
        },
      });
      function entryNow(): Entry<T, Kept> {
        let entry = entries.get(name);
        if (!entry) {
          entry = openEntry(kept, open);
          entries.set(name, entry);
          cancel ??= delay(sweep, KEEP_MS);
        }
        return entry;
      }
      return entryNow().kept;
    },
    touch(name) {
      if (name === undefined) for (const entry of entries.values()) entry.touch();
      else entries.get(name)?.touch();
    },
    close: () => cancel?.(),
  };
}
