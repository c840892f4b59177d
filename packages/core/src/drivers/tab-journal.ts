import type { Journal } from '../driver.ts';
import { inspect } from '../inspect.ts';

const LONGEST_TEXT = 65_536;

/**
 * Notes in localStorage, one item a tab. They survive the end of the page and of the tab, not of the browser: that keeps
 * nothing younger than some seconds. Only values that JSON can hold, up to 64 kB.
 */
export function tabJournal(name: string, isWrittenSince: (key: string, atMs: number) => Promise<boolean>): Journal {
  const prefix = `holdfast-journal!${name}!`;
  /** When, and what is to be stored; without a second element: to be deleted. */
  const notes = new Map<string, [atMs: number, value?: unknown]>();
  let item: string | undefined;

  function storage(): Storage | undefined {
    try {
      // Without a document this may be a storage that all requests of a server share.
      return typeof document === 'undefined' ? undefined : globalThis.localStorage;
    } catch {
      return undefined;
    }
  }

  /** While the lock is held the tab lives and its notes are its own. */
  function claim(): string {
    const own = `${prefix}${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    void navigator.locks?.request(own, () => new Promise<never>(() => {})).catch(() => {});
    return own;
  }

  function save(): void {
    try {
      if (notes.size === 0) {
        if (item) storage()?.removeItem(item);
        return;
      }
      item ??= claim();
      storage()?.setItem(item, JSON.stringify([...notes].map(([key, note]) => [key, ...note])));
    } catch {} // full or denied: then there are no notes, and the value shows as not persistent
  }

  return {
    write(key, value) {
      notes.delete(key);
      try {
        if (value === undefined) notes.set(key, [Date.now()]);
        else {
          inspect(value, 'json');
          if (JSON.stringify(value).length <= LONGEST_TEXT) notes.set(key, [Date.now(), value]);
        }
      } catch {} // not JSON
      save();
    },
    forget(key) {
      if (notes.delete(key)) save();
    },
    recover(replay) {
      const found = storage();
      if (!found) return undefined;
      const items = Array.from({ length: found.length }, (_, index) => found.key(index) as string).filter(
        (key) => key.startsWith(prefix) && key !== item,
      );
      if (items.length === 0) return undefined;
      return Promise.all(items.map((dead) => recoverItem(found, dead, replay))).then(() => {});
    },
  };

  async function recoverItem(found: Storage, dead: string, replay: (key: string, value: unknown) => Promise<void>): Promise<void> {
    const work = async (): Promise<void> => {
      for (const [key, atMs, value] of parse(found.getItem(dead))) if (!(await isWrittenSince(key, atMs))) await replay(key, value);
      found.removeItem(dead);
    };
    try {
      await (navigator.locks ? navigator.locks.request(dead, { ifAvailable: true }, async (lock) => lock && work()) : work());
    } catch {} // storage fails: the notes stay for the next start
  }
}

function parse(text: string | null): [key: string, atMs: number, value?: unknown][] {
  try {
    return JSON.parse(text ?? '[]');
  } catch {
    return []; // not ours, or cut off: nothing to be had from it
  }
}
