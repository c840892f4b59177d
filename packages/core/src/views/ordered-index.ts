import { isPlain } from '../inspect.ts';
import type { QueryPath } from '../query/document-path.ts';
import { compare } from '../query/order.ts';
import { own, type Reach, reach } from '../query/reach.ts';
import type { Change, Documents, Identified } from './change.ts';
import { applyToSorted, firstNot, type Swap, sortInSteps } from './sorted.ts';
import { runAtOnce, type Steps } from './steps.ts';

/** One path, or several that count one after the other. `unique`: no two documents have the same there, and missing is null. */
export type IndexSpec<Doc> =
  | QueryPath<Doc>
  | readonly QueryPath<Doc>[]
  | { readonly keys: QueryPath<Doc> | readonly QueryPath<Doc>[]; readonly unique?: boolean };

/** A document, or, where there are arrays, one of its entries: what a filter may find at the paths, each with each. */
export type Entry<Doc> = Doc | readonly [document: Doc, ...keys: unknown[]];

/** All documents in the order of what they have at some paths. Changes are only remembered until someone asks. */
export interface OrderedIndex<Doc> {
  readonly keys: readonly string[];
  readonly isUnique: boolean;
  /** `undefined` while it is not built, or not fit for use. */
  entries(): readonly Entry<Doc>[] | undefined;
  /** Some documents have several entries: their order is not one of documents. */
  hasArrays(): boolean;
  keyOf(entry: Entry<Doc>, key: number): unknown;
  apply(changes: readonly Change<Doc>[]): void;
  /** Builds it. Whoever cannot wait for who builds it runs the same steps to their end. */
  build(): Steps<void>;
  /** A document that has what one of these would have. */
  rivalOf(changes: readonly Change<Doc>[]): Doc | undefined;
}

const STEP = 1_000;
// Arrays beside each other, each with each.
const MAX_ENTRIES = 10_000;

export function documentOf<Doc>(entry: Entry<Doc>): Doc {
  return Array.isArray(entry) ? entry[0] : (entry as Doc);
}

export function createIndex<Doc extends Identified>(spec: IndexSpec<Doc>, documents: Documents<Doc>): OrderedIndex<Doc> {
  // An array has a method of the name `keys`.
  const declared = (Object.hasOwn(spec as object, 'keys') ? spec : { keys: spec }) as { keys: string | string[]; unique?: boolean };
  const keys = [declared.keys].flat();
  const steps = keys.map((key) => key.split('.'));
  const reaches = keys.map(reach);
  let entries: Entry<Doc>[] | undefined;
  let arrays = 0;
  let unlisted = 0;
  let building: Steps<void> | undefined;
  let pending: Map<string, Change<Doc>> | undefined;

  function entriesOf(document: Doc): readonly Entry<Doc>[] {
    return steps.some((path) => follow(document, path) === ARRAY) ? combine(document, reaches) : [document];
  }

  function count(document: Doc, all: readonly Entry<Doc>[], by: number): void {
    if (all.length === 0) unlisted += by;
    else if (all[0] !== document) arrays += by;
  }

  function keyOf(entry: Entry<Doc>, key: number): unknown {
    return Array.isArray(entry) ? entry[key + 1] : follow(entry, steps[key] as string[]);
  }

  /** NaN where they differ only in what has no order. */
  function compareKeys(a: Entry<Doc>, b: Entry<Doc>): number {
    let tie = 0;
    for (let key = 0; key < keys.length; key++) {
      const order = compare(keyOf(a, key), keyOf(b, key));
      if (order) return order;
      tie += order;
    }
    return tie;
  }

  function order(a: Entry<Doc>, b: Entry<Doc>): number {
    return compareKeys(a, b) || compare(documentOf(a)._id, documentOf(b)._id);
  }

  function* buildInSteps(): Steps<void> {
    pending = new Map();
    const all: Entry<Doc>[] = [];
    let left = STEP;
    for (const document of [...documents.values()]) {
      const found = entriesOf(document);
      count(document, found, 1);
      for (const entry of found) all.push(entry);
      if (--left > 0) continue;
      left = STEP;
      yield;
    }
    entries = yield* sortInSteps(all, order);
  }

  function build(): Steps<void> {
    building ??= buildInSteps();
    return building;
  }

  function upToDate(): Entry<Doc>[] | undefined {
    if (!entries || !pending?.size) return entries;
    const swaps: Swap<Entry<Doc>>[] = [];
    for (const { before, after } of pending.values()) {
      if (before === after) continue;
      const old = before ? entriesOf(before) : [];
      const next = after ? entriesOf(after) : [];
      if (before) count(before, old, -1);
      if (after) count(after, next, 1);
      if (old.length === 1 && next.length === 1) swaps.push({ before: old[0], after: next[0] });
      else {
        // Some of the new ones may be equal to some of the old ones, so these go first.
        for (const entry of old) swaps.push({ before: entry, after: undefined });
        for (const entry of next) swaps.push({ before: undefined, after: entry });
      }
    }
    pending.clear();
    entries = applyToSorted(entries, swaps, order).items;
    return entries;
  }

  return {
    keys,
    isUnique: declared.unique ?? false,
    entries() {
      const all = upToDate();
      return unlisted > 0 ? undefined : all;
    },
    hasArrays: () => arrays > 0,
    keyOf,
    apply(changes) {
      for (const change of changes) pending?.set(change.id, { ...change, before: (pending.get(change.id) ?? change).before });
    },
    build,
    rivalOf(changes) {
      runAtOnce(build());
      const all = upToDate() ?? [];
      const ids = new Set(changes.map(({ id }) => id));
      const next = changes.flatMap(({ after }) => (after ? entriesOf(after) : [])).sort(order);
      for (const [at, entry] of next.entries()) {
        const isRival = (other: Entry<Doc> | undefined): boolean => other !== undefined && compareKeys(other, entry) === 0;
        const before = next[at - 1];
        if (before && documentOf(before) !== documentOf(entry) && isRival(before)) return documentOf(before);
        for (let place = firstNot(all, (other) => compareKeys(other, entry) < 0); isRival(all[place]); place++) {
          const rival = documentOf(all[place] as Entry<Doc>);
          if (!ids.has(rival._id)) return rival;
        }
      }
      return undefined;
    },
  };
}

/** Stands for a path that meets an array on its way. */
const ARRAY = Symbol('array');

function follow(document: object, steps: readonly string[]): unknown {
  let value: unknown = document;
  for (const step of steps) value = isPlain(value) ? own(value, step) : value === ARRAY || Array.isArray(value) ? ARRAY : undefined;
  return Array.isArray(value) ? ARRAY : value;
}

/** None where there are too many. */
function combine<Doc extends object>(document: Doc, reaches: readonly Reach[]): readonly Entry<Doc>[] {
  const found = reaches.map((reached) => {
    const values: unknown[] = [];
    reached(document, (value, isExact) => {
      values.push(value);
      if (!isExact && Array.isArray(value)) values.push(...value);
      return false;
    });
    // In an array of what leads nowhere there is not even nothing.
    return values.length > 0 ? values : [undefined];
  });
  if (found.reduce((product, { length }) => product * length, 1) > MAX_ENTRIES) return [];
  let tuples: unknown[][] = [[]];
  for (const values of found) tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value]));
  return tuples.map((keys): Entry<Doc> => [document, ...keys]);
}
