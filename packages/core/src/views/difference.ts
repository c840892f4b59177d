import type { Identified } from './change.ts';

/** Where two lists differ: before `from` they are the same, and so is what comes after `oldTo` and `nextTo`. */
interface Difference {
  readonly from: number;
  readonly oldTo: number;
  readonly nextTo: number;
}

/** @param known Up to here they are known to be the same. */
export function differenceOf(old: readonly unknown[], next: readonly unknown[], known = 0): Difference {
  let from = known;
  let oldTo = old.length;
  let nextTo = next.length;
  while (from < oldTo && from < nextTo && old[from] === next[from]) from++;
  while (oldTo > from && nextTo > from && old[oldTo - 1] === next[nextTo - 1]) {
    oldTo--;
    nextTo--;
  }
  return { from, oldTo, nextTo };
}

/** What is shown of the next documents: where it does not differ from what was shown of the old ones, that very object. */
export function showAgain<Doc extends Identified, Shown>(
  old: readonly Doc[],
  shown: readonly Shown[],
  next: readonly Doc[],
  show: (document: Doc, before?: Shown) => Shown,
): readonly Shown[] {
  const { from, oldTo, nextTo } = differenceOf(old, next);
  const places = new Map<string, number>();
  for (let at = from; at < oldTo; at++) places.set((old[at] as Doc)._id, at);
  const changed = next.slice(from, nextTo).map((document) => {
    const at = places.get(document._id) ?? -1;
    return at >= 0 && old[at] === document ? (shown[at] as Shown) : show(document, shown[at]);
  });
  const all = shown.slice(0, from).concat(changed, shown.slice(oldTo));
  return all.length === shown.length && changed.every((each, index) => each === shown[from + index]) ? shown : all;
}
