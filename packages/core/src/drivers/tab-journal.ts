import type { Journal, Replay } from '../driver.ts';
import { inspect } from '../inspect.ts';
import { keepNotes } from '../notes.ts';
import { parseJson } from '../parse-json.ts';

const LONGEST_TEXT = 65_536;

const JOURNALS = 'holdfast-journal!';

/**
 * Notes in localStorage, one item a tab. They survive the end of the page and of the tab, not of the browser: that keeps
 * nothing younger than some seconds. Only values that JSON can hold, up to 64 kB. Nothing tells whether a tab still lives (one
 * in the back/forward cache does, and may never run again), so the next start takes over the notes of all: `headUnless` gives
 * the sequence up to which nobody has written under a key at or after a moment, and the replay holds only after that.
 */
export function tabJournal(name: string, headUnless: (key: string, atMs: number) => Promise<number | undefined>): Journal {
  const prefix = `${JOURNALS}${name}!`;
  /** When, and what is to be stored; without a second element: to be deleted. */
  const notes = new Map<string, [atMs: number, value?: unknown]>();
  let item: string | undefined;

  function save(): void {
    try {
      if (notes.size === 0) {
        if (item) storage()?.removeItem(item);
        return;
      }
      item ??= `${prefix}${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
      storage()?.setItem(item, JSON.stringify([...notes].map(([key, note]) => [key, ...note])));
    } catch {} // full or denied: then there are no notes, and the value shows as not persistent
  }

  async function recoverItem(found: Storage, left: string, replay: Replay): Promise<void> {
    try {
      const text = found.getItem(left);
      for (const [key, atMs, value] of parseJson(text ?? '[]') as [key: string, atMs: number, value?: unknown][]) {
        const head = await headUnless(key, atMs);
        if (head !== undefined) await replay(key, value, head);
      }
      // What its tab has noted meanwhile stays for the next start.
      if (found.getItem(left) === text) found.removeItem(left);
    } catch {} // storage fails, or these are no notes: they stay
  }

  return {
    write(key, value, atMs = Date.now()) {
      notes.delete(key);
      try {
        if (value === undefined) notes.set(key, [atMs]);
        else {
          inspect(value, 'json');
          if (JSON.stringify(value).length <= LONGEST_TEXT) notes.set(key, [atMs, value]);
        }
      } catch {} // not JSON
      save();
    },
    forget(key) {
      if (notes.delete(key)) save();
    },
    keep: keepNotes,
    recover(replay) {
      const found = storage();
      if (!found) return undefined;
      const left = Array.from({ length: found.length }, (_, index) => found.key(index) as string).filter(
        (key) => key.startsWith(prefix) && key !== item,
      );
      return left.length === 0 ? undefined : Promise.all(left.map((each) => recoverItem(found, each, replay))).then(() => {});
    },
  };
}

function storage(): Storage | undefined {
  try {
    // Without a document this may be a storage that all requests of a server share.
    return typeof document === 'undefined' ? undefined : globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** Takes out of the notes of all tabs those of keys that begin with a text. */
export function forgetNotes(prefix: string): void {
  const found = storage();
  for (let index = (found?.length ?? 0) - 1; found && index >= 0; index--) {
    const item = found.key(index) as string;
    if (!item.startsWith(JOURNALS)) continue;
    try {
      const notes = parseJson(found.getItem(item) ?? '[]') as [key: string][];
      const kept = notes.filter(([key]) => !key.startsWith(prefix));
      if (kept.length === 0) found.removeItem(item);
      else if (kept.length < notes.length) found.setItem(item, JSON.stringify(kept));
    } catch {} // these are no notes
  }
}
