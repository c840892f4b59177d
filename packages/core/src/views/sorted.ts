import type { Steps } from './steps.ts';

export type Order<Item> = (a: Item, b: Item) => number;

/** One item instead of another; without one of them an item less or more. */
export interface Swap<Item> {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** The first position from which on nothing is below. Everything below comes first. */
export function firstNot<Item>(items: readonly Item[], isBelow: (item: Item) => boolean, from = 0, to: number = items.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(items[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function placeOf<Item>(items: readonly Item[], item: Item, order: Order<Item>): number {
  return firstNot(items, (other) => order(other, item) < 0);
}

// A swap moves all that lies behind it; a merge goes through everything, once. Where the two cost the same was measured.
const FEW = 8;
const MERGE_SHARE = 1 / 128;

/** Changes sorted items, which must not be used any more, and says from which position on they differ: infinity where they do not. */
export function applyToSorted<Item>(items: Item[], swaps: readonly Swap<Item>[], order: Order<Item>): { items: Item[]; from: number } {
  if (swaps.length > FEW + items.length * MERGE_SHARE) return mergeAll(items, swaps, order);
  let from = Number.POSITIVE_INFINITY;
  for (const { before, after } of swaps) {
    let place: number;
    if (before !== undefined) {
      place = placeOf(items, before, order);
      from = Math.min(from, place);
      if (after !== undefined && order(before, after) === 0) {
        items[place] = after;
        continue;
      }
      items.splice(place, 1);
    }
    if (after !== undefined) {
      place = placeOf(items, after, order);
      from = Math.min(from, place);
      items.splice(place, 0, after);
    }
  }
  return { items, from };
}

function mergeAll<Item>(old: readonly Item[], swaps: readonly Swap<Item>[], order: Order<Item>): { items: Item[]; from: number } {
  const gone: Item[] = [];
  const added: Item[] = [];
  for (const { before, after } of swaps) {
    if (before !== undefined) gone.push(before);
    if (after !== undefined) added.push(after);
  }
  const items = merge(without(old, gone.sort(order), order), added.sort(order), order);
  let from = 0;
  while (from < items.length && items[from] === old[from]) from++;
  return { items, from };
}

/** Not by identity: of equal items any will do, and numbers have none. */
function without<Item>(items: readonly Item[], gone: readonly Item[], order: Order<Item>): Item[] {
  const stay: Item[] = [];
  let at = 0;
  for (const item of gone) {
    for (const place = leap(items, (other) => order(other, item) < 0, at); at < place; at++) stay.push(items[at] as Item);
    at++;
  }
  for (; at < items.length; at++) stay.push(items[at] as Item);
  return stay;
}

function merge<Item>(a: readonly Item[], b: readonly Item[], order: Order<Item>): Item[] {
  const merged: Item[] = [];
  let at = 0;
  for (const item of b) {
    for (const place = leap(a, (other) => order(other, item) <= 0, at); at < place; at++) merged.push(a[at] as Item);
    merged.push(item);
  }
  for (; at < a.length; at++) merged.push(a[at] as Item);
  return merged;
}

/** As `firstNot`, where the place is near as a rule: asks little where few lie between. */
function leap<Item>(items: readonly Item[], isBelow: (item: Item) => boolean, from: number): number {
  let low = from;
  let high = from;
  while (high < items.length && isBelow(items[high] as Item)) {
    low = high + 1;
    high = low + 2 * (low - from);
  }
  return firstNot(items, isBelow, low, Math.min(high, items.length));
}

// As many as are sorted in about 2 ms.
const RUN = 2_000;

/** Sorts, in steps. */
export function* sortInSteps<Item>(items: readonly Item[], order: Order<Item>): Steps<Item[]> {
  let runs: Item[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(order));
    yield;
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(merge(runs[at] as Item[], runs[at + 1] ?? [], order));
      yield;
    }
    runs = merged;
  }
  return runs[0] ?? [];
}
