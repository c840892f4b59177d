import { computed as alienComputed, effect as alienEffect, endBatch, setActiveSub, signal, startBatch } from 'alien-signals';
import { report } from './errors.ts';

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

/** Runs `work` without tracking what it reads. */
function untracked<T>(work: () => T): T {
  const active = setActiveSub(undefined);
  try {
    return work();
  } finally {
    setActiveSub(active);
  }
}

/** Groups changes: subscribers are told once, at the end of the outermost batch. Returns what `work` returns. */
export function batch<T>(work: () => T): T {
  startBatch();
  try {
    return work();
  } finally {
    endBatch();
  }
}

function subscribeTo(read: () => unknown, listener: () => void): () => void {
  let first = true;
  /** Within a batch a value may go away and come back. */
  let told: unknown;
  // Untracked: an effect that is created inside another one would die with it.
  return untracked(() =>
    alienEffect(() => {
      const value = read();
      const isSame = first || Object.is(value, told);
      first = false;
      told = value;
      if (isSame) return;
      untracked(() => {
        try {
          listener();
        } catch (error) {
          report(error);
        }
      });
    }),
  );
}

/** A value that can be watched and set. `initial` is what a server shows, by default the first value. */
export function source<T>(first: T, initial: T = first): Source<T> {
  const cell = signal(first);
  return {
    get: () => cell(),
    initial: () => initial,
    subscribe: (listener) => subscribeTo(cell, listener),
    set: (next) => cell(next),
  };
}

/** A value derived from others: computed when read, again only when something that it read has changed. */
export function computed<T>(derive: () => T): Observable<T> {
  const cell = alienComputed(derive);
  return { get: cell, initial: () => untracked(derive), subscribe: (listener) => subscribeTo(cell, listener) };
}

/** Runs `work` now and after each change of what it read. A function that it returns runs before the next time and at the end. Returns the stop function. */
// biome-ignore lint/suspicious/noConfusingVoidType: what React and Svelte call an effect: a function that may return its clean-up
export function effect(work: () => void | (() => void)): () => void {
  return untracked(() => alienEffect(work));
}
