import { derived, read, signal, subscribe, untracked, write } from './signals.ts';

export { batch } from './signals.ts';

/** A value that can be read now and watched. The only thing a framework binding depends on. Methods are closures: they can be passed unbound. */
export interface Observable<T> {
  /** The current value: the same reference until it changes. Inside `computed` and `effect` the read is tracked. */
  get(): T;
  /** The value before anything was loaded: what a server renders and what a page shows while it hydrates. */
  initial(): T;
  /** Calls `listener` after each change, never immediately. Returns the unsubscribe function. */
  subscribe(listener: () => void): () => void;
}

/** An observable with a way to change it. `set` with the same reference tells no one. */
export interface Source<T> extends Observable<T> {
  set(next: T): void;
}

/** A value that can be watched and set. `initial` is what a server shows, by default the first value. */
export function source<T>(first: T, initial: T = first): Source<T> {
  const value = signal(first);
  return {
    get: () => read(value),
    initial: () => initial,
    subscribe: (listener) => subscribe(value, listener),
    set: (next) => write(value, next),
  };
}

/** A value derived from others: computed when read, again only when something that it read has changed. */
export function computed<T>(derive: () => T): Observable<T> {
  const value = derived(derive);
  return { get: () => read(value), initial: () => untracked(derive), subscribe: (listener) => subscribe(value, listener) };
}

/** Runs `work` now and after each change of what it read. A function that it returns runs before the next time and at the end. Returns the stop function. */
// biome-ignore lint/suspicious/noConfusingVoidType: what React and Svelte call an effect: a function that may return its clean-up
export function effect(work: () => void | (() => void)): () => void {
  // biome-ignore lint/suspicious/noConfusingVoidType: as above
  let cleanUp: void | (() => void);

  function end(): void {
    const last = cleanUp;
    cleanUp = undefined;
    if (last) untracked(last);
  }

  const stop = subscribe(
    derived(() => {
      end();
      cleanUp = work();
    }),
    () => {},
  );
  return () => {
    stop();
    end();
  };
}
