import type { Identified } from './change.ts';
import { differenceOf } from './difference.ts';

/** One step from the old rows to the new ones. All steps, one after the other, each on what is there by then, make the new rows. */
export type Delta<Doc> =
  | { readonly type: 'added'; readonly doc: Doc; readonly index: number }
  | { readonly type: 'removed'; readonly doc: Doc; readonly index: number }
  | { readonly type: 'changed'; readonly doc: Doc; readonly before: Doc; readonly index: number }
  /** Taken out at `oldIndex` and, with what has changed, put in at `index`. */
  | { readonly type: 'moved'; readonly doc: Doc; readonly before: Doc; readonly index: number; readonly oldIndex: number };

/** Documents, and what is shown of each. */
export interface Shown<Doc, Part> {
  readonly documents: readonly Doc[];
  readonly data: readonly Part[];
}

// To follow a document that moves costs a search. Of more than so many, each is taken out and put in.
const MANY = 100;

/** Documents that have not changed are in the same order in both. */
export function deltasOf<Doc extends Identified, Part>(old: Shown<Doc, Part>, next: Shown<Doc, Part>): Delta<Part>[] {
  const { from, oldTo, nextTo } = differenceOf(old.documents, next.documents);
  const places = new Map(old.documents.slice(from, oldTo).map(({ _id }, at) => [_id, from + at]));
  const versions = new Map<string, Doc>();
  let changes = 0;
  for (const document of next.documents.slice(from, nextTo)) {
    const place = places.get(document._id);
    if (place === undefined) continue;
    versions.set(document._id, document);
    if (old.documents[place] !== document) changes++;
  }
  const isKept = (document: Doc): boolean => {
    const version = versions.get(document._id);
    return version === document || (version !== undefined && changes <= MANY);
  };

  const deltas: Delta<Part>[] = [];
  const rows: Doc[] = [];
  for (let at = oldTo - 1; at >= from; at--) {
    const document = old.documents[at] as Doc;
    if (isKept(document)) rows.push(document);
    else deltas.push({ type: 'removed', doc: old.data[at] as Part, index: at });
  }
  rows.reverse();

  // What lies before `at` is as it will be, but for what is still to move.
  let at = 0;
  for (let index = from; index < nextTo; index++) {
    const document = next.documents[index] as Doc;
    const doc = next.data[index] as Part;
    const place = places.get(document._id);
    const version = place === undefined ? undefined : (old.documents[place] as Doc);
    if (version === document) at = rows.indexOf(document, at) + 1;
    else if (version === undefined || !isKept(version)) {
      deltas.push({ type: 'added', doc, index: from + at });
      rows.splice(at++, 0, document);
    } else {
      const before = old.data[place as number] as Part;
      const oldAt = rows.indexOf(version);
      if (oldAt === at) {
        if (before !== doc) deltas.push({ type: 'changed', doc, before, index: from + at });
      } else {
        rows.splice(oldAt, 1);
        if (oldAt < at) at--;
        rows.splice(at, 0, document);
        deltas.push({ type: 'moved', doc, before, index: from + at, oldIndex: from + oldAt });
      }
      rows[at++] = document;
    }
  }
  return deltas;
}
