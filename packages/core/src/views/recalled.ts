import type { Remembered, Window } from './live-query.ts';

/** What is known of live queries before the documents are there, and what those in use show. */
export interface Recalled<Doc> {
  of(name: string): Remembered<Doc> | undefined;
  /** Is in use until it is closed. */
  use(name: string, window: Window<Doc>): Window<Doc>;
  shown(): Iterable<readonly [name: string, Omit<Remembered<Doc>, 'isCurrent'>]>;
  become(windows: ReadonlyMap<string, Remembered<Doc>>): void;
  /** A document has changed. @param isLoaded The documents are there: what was known is of no use any more */
  doubt(isLoaded: boolean): void;
}

export function createRecalled<Doc>(changed: () => void): Recalled<Doc> {
  const opened = new Map<string, Window<Doc>>();
  let known: ReadonlyMap<string, Remembered<Doc>> = new Map();

  function become(next: typeof known): void {
    known = next;
    changed();
  }

  return {
    of: (name) => known.get(name),
    use(name, window) {
      opened.set(name, window);
      return {
        ...window,
        close() {
          opened.delete(name);
          window.close?.();
        },
      };
    },
    *shown() {
      for (const [name, window] of opened) {
        const found = window.shown();
        if (found) yield [name, found];
      }
    },
    become,
    doubt(isLoaded) {
      if (known.size === 0) return;
      const doubtful = Array.from(known, ([name, each]) => [name, { ...each, isCurrent: false }] as const);
      become(new Map(isLoaded ? [] : doubtful));
    },
  };
}
