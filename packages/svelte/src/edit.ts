import type { Persisted, SaveResult } from '@holdfast/core';
import { draft, plain } from './draft.ts';
import { rebase } from './rebase.ts';
import type { Version } from './version.svelte.ts';

/** A value that is shown, as a draft: what is changed in it is written at the end of the turn, all at once. */
export interface Edit<T> {
  readonly original: T;
  readonly value: T;
  /** Writes now. `undefined` where nothing was changed. */
  write(): Promise<SaveResult> | undefined;
  /** It has been written: the key has what was changed, or has refused it. Either way another one is to be shown. */
  isOver(): boolean;
}

export function beginEdit<T>(original: T, persisted: Persisted<T>, version: Version): Edit<T> {
  let base = original;
  let isDue = false;

  const value = draft(original, {
    read: version.read,
    changed() {
      isDue = true;
      queueMicrotask(write);
      version.raise();
    },
  });

  function write(): Promise<SaveResult> | undefined {
    if (!isDue) return undefined;
    const before = base;
    const ours = plain(value);
    isDue = false;
    // Who has kept a part of this draft may change it again: then only what is new is written.
    base = ours;
    return persisted.set((theirs) => rebase(before, ours, theirs));
  }

  return { original, value, write, isOver: () => base !== original };
}
