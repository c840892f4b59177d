import type { Home } from '../home/home.ts';
import type { Identified } from '../views/change.ts';
import type { Remembered } from '../views/live-query.ts';
import type { Views } from '../views/views.ts';
import type { Mirror } from './mirror.ts';
import type { Packing } from './packing.ts';
import { windowsKey } from './paths.ts';
import { fromContent, type SegmentContent, toContent } from './segments.ts';

/** What a live query showed, as it lies in storage. */
type StoredWindow = readonly [name: string, at: number, version: number, total: number, content: SegmentContent];

/** The first rows of live queries, kept on disk: the next start shows them before it has read the documents. */
export interface Windows {
  /** Shows what is known. @param last The sequence of the last change of a document. */
  recall(raw: unknown, last: number): void;
  /** The documents are there: what is shown is kept soon, and when the page is hidden. */
  begin(): void;
  close(): void;
}

const MOST_WINDOWS = 16;
const MOST_ROWS = 200;
/** Of all windows, in characters. */
const MOST_TEXT = 256_000;
const DELAY_MS = 1_000;

interface Context {
  readonly path: string;
  readonly version: number;
  /** A schema may show another document than what is stored. */
  readonly isExact: boolean;
  readonly home: Home;
  readonly format: Packing;
  readonly mirror: Mirror<Identified>;
  readonly views: Pick<Views<Identified>, 'recall' | 'windows'>;
  /** Up to which sequence the documents are as the log says, and where the last change of them was. `undefined`: not now. */
  moments(): { readonly at: number; readonly last: number } | undefined;
}

export function createWindows({ path, version, isExact, home, format, mirror, views, moments }: Context): Windows {
  const { driver, ports } = home;
  let stored: StoredWindow[] = [];
  let cancel: (() => void) | undefined;
  let stop: (() => void) | undefined;

  function save(): void {
    const moment = moments();
    if (!moment) return;
    const { at, last } = moment;
    const shown = [...views.windows()];
    // What lies there and has not changed since needs not be written again.
    const isKept = ([name]: readonly [string, unknown]): boolean => stored.some((old) => old[0] === name && old[1] >= last);
    if (shown.every(isKept)) return;
    const fresh = shown.map(([name, { documents, total }]): StoredWindow => {
      const rows = documents.slice(0, MOST_ROWS).flatMap(({ _id }) => mirror.stored(_id) ?? []);
      return [name, at, version, total, toContent(rows)];
    });
    const others = stored.filter(([name]) => !shown.some(([other]) => other === name));
    let room = MOST_TEXT;
    stored = [...fresh, ...others].slice(0, MOST_WINDOWS).filter((window) => {
      const packed = format.pack(window);
      // A Blob would have to be read first.
      if (typeof packed !== 'string' || format.mayName('$blob', packed)) return false;
      room -= packed.length;
      return room >= 0;
    });
    // Lost, the next start shows older rows, or none.
    Promise.resolve(format.pack(stored))
      .then((value) => driver.set(windowsKey(path), value))
      .catch(() => {});
  }

  return {
    recall(raw, last) {
      const windows = new Map<string, Remembered<Identified>>();
      stored = raw === undefined ? [] : (format.unpack(raw) as StoredWindow[]);
      for (const [name, at, from, total, content] of stored) {
        const rows = from === version ? fromContent(content) : [];
        const documents = mirror.expect(rows);
        // Of another version, or of what is shown in another way than it is stored, not even the order is known.
        if (!documents || from !== version) continue;
        windows.set(name, { documents, total, isCurrent: isExact && at >= last && documents.length < MOST_ROWS });
      }
      if (windows.size > 0) views.recall(windows);
    },
    begin() {
      if (stop) return;
      cancel = ports.delay(save, DELAY_MS);
      stop = ports.lifecycle.listen((event) => {
        if (event === 'hide') save();
      });
    },
    close() {
      cancel?.();
      if (stop) save();
      stop?.();
    },
  };
}
