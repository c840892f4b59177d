import { compare } from '../query/order.ts';
import type { Query } from '../query/query.ts';
import { type Bound, boundsOf, type Place, placeAt } from './bounds.ts';
import type { Documents, Identified } from './change.ts';
import { documentOf, type Entry, type OrderedIndex } from './ordered-index.ts';
import { firstNot } from './sorted.ts';

/** Where to look for what matches. */
export interface Plan<Doc> {
  /** The paths of the index, `_id` for a look-up by it. Absent: all documents are looked at. */
  readonly index?: readonly string[];
  /** Everything that may match, each once; only for as long as nothing changes. */
  readonly candidates: Iterable<Doc>;
  /** Present where the candidates are in the order that is asked for, as far as this tells them apart. */
  readonly isTie?: (a: Doc, b: Doc) => boolean;
}

// Against looking at a document and sorting it: the index has sorted, and of what is sorted already a beginning may do.
const SORTED = 1 / 2;
const LIMITED = 1 / 8;

/** Chooses by the number of documents that are to be looked at. @param isLimited Whether a beginning is all that is wanted. */
export function planFor<Doc extends Identified>(
  query: Query<Doc>,
  documents: Documents<Doc>,
  indexes: readonly OrderedIndex<Doc>[],
  isLimited: boolean,
): Plan<Doc> {
  const bounds = boundsOf(query.where ?? {});
  for (const bound of bounds.get('_id') ?? [])
    if ('points' in bound) {
      const found = new Set(bound.points.map((point) => documents.get(point as string)));
      found.delete(undefined);
      return { index: ['_id'], candidates: found as Set<Doc> };
    }

  let plan = (): Plan<Doc> => ({ candidates: documents.values() });
  let leastCost = documents.size;
  for (const index of indexes) {
    const entries = index.entries();
    if (!entries) continue;
    const ranges = rangesOf(index, entries, bounds);
    const order = ranges.length < 2 ? orderOf(index, query, bounds) : undefined;
    const count = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
    const cost = count * (order ? (isLimited ? LIMITED : SORTED) : 1);
    if (cost >= leastCost) continue;
    leastCost = cost;
    plan = () => {
      const found = documentsOf(entries, ranges, !!order?.isDescending);
      const isOnce = ranges.length < 2 && !index.hasArrays();
      return { index: index.keys, candidates: isOnce ? found : new Set(found), ...(order && { isTie: order.isTie }) };
    };
  }
  return plan();
}

type Bounds = ReadonlyMap<string, readonly Bound[]>;
type Range = readonly [from: number, to: number];

function* documentsOf<Doc>(entries: readonly Entry<Doc>[], ranges: readonly Range[], isDescending: boolean): Generator<Doc> {
  for (const [from, to] of ranges)
    for (let at = from; at < to; at++) yield documentOf(entries[isDescending ? to - 1 - (at - from) : at] as Entry<Doc>);
}

function pointsOf(bounds: Bounds, path: string | undefined): readonly unknown[] | undefined {
  for (const bound of bounds.get(path as string) ?? []) if ('points' in bound) return bound.points;
  return undefined;
}

/** Which entries may be of documents that match. */
function rangesOf<Doc extends Identified>(index: OrderedIndex<Doc>, entries: readonly Entry<Doc>[], bounds: Bounds): Range[] {
  const { keys, keyOf } = index;
  const ranges: Range[] = [];

  function placesOf(path: string | undefined): Place[] {
    const [first, ...others] = bounds.get(path as string)?.flatMap((bound) => ('place' in bound ? bound.place : [])) ?? [];
    if (!first) return [];
    // Two conditions may be met by two elements of an array: only one of them says where an entry is.
    return [index.hasArrays() ? first : (value) => others.reduce((place, other) => place || other(value), first(value))];
  }

  /** Among entries that are the same in all keys before this one. */
  function narrow(key: number, from: number, to: number): void {
    const points = pointsOf(bounds, keys[key]);
    const places = points?.map(placeAt) ?? placesOf(keys[key]);
    for (const place of places) {
      const low = firstNot(entries, (entry) => place(keyOf(entry, key)) < 0, from, to);
      const high = firstNot(entries, (entry) => !(place(keyOf(entry, key)) > 0), low, to);
      if (low === high) continue;
      if (points) narrow(key + 1, low, high);
      else ranges.push([low, high]);
    }
    if (places.length === 0 && !points) ranges.push([from, to]);
  }

  narrow(0, 0, entries.length);
  return ranges;
}

/** How the entries are sorted, if that is what a query asks for. */
function orderOf<Doc extends Identified>(
  { keys, keyOf, hasArrays }: OrderedIndex<Doc>,
  { sort = {}, collation }: Query<Doc>,
  bounds: Bounds,
): { isDescending: boolean; isTie(a: Doc, b: Doc): boolean } | undefined {
  if (collation !== undefined || hasArrays()) return undefined;
  const isPinned = (path: string): boolean => pointsOf(bounds, path)?.length === 1;
  const wanted = Object.entries(sort).filter(([path]) => !isPinned(path));
  const from = keys.findIndex((path) => !isPinned(path));
  const direction = wanted[0]?.[1];
  let to = from;
  while (to >= 0 && wanted[to - from]?.[0] === keys[to] && wanted[to - from]?.[1] === direction) to++;
  if (to <= from) return undefined;
  return {
    isDescending: direction === -1,
    isTie(a, b) {
      for (let key = from; key < to; key++) if (compare(keyOf(a, key), keyOf(b, key))) return false;
      return true;
    },
  };
}
