import type { Where } from '../query/conditions.ts';
import type { PathValue, QueryPath } from '../query/document-path.ts';
import { compare, OPAQUE, rankOf } from '../query/order.ts';
import { type Reach, reach } from '../query/reach.ts';
import { refuse } from '../query/refuse.ts';
import { compileWhere } from '../query/where.ts';
import type { Identified } from './change.ts';
import { exactSum } from './exact-sum.ts';
import type { Derivation } from './maintained.ts';
import type { Plan } from './plan.ts';
import { applyToSorted, firstNot, type Swap, sortInSteps } from './sorted.ts';
import { runAtOnce, type Steps } from './steps.ts';

/** What is counted and computed of the documents that match. A path means all it leads to, of an array its elements. */
export interface Aggregation<Doc> {
  /** @default all */
  readonly where?: Where<Doc>;
  /** Apart for each value at this path. A document is in the group of each of its elements; without any value in that of null. @default together */
  readonly by?: QueryPath<Doc>;
  /** Of the finite numbers there, others being passed over; 0 of none. Exact: it does not drift. */
  readonly sum?: QueryPath<Doc>;
  /** Of the finite numbers there; `undefined` of none. */
  readonly avg?: QueryPath<Doc>;
  /** The smallest in the order of all values, null and missing being passed over; `undefined` of none. */
  readonly min?: QueryPath<Doc>;
  readonly max?: QueryPath<Doc>;
}

type Item<V> = NonNullable<V extends readonly (infer I)[] ? I : V>;

/** `count` of the documents, and what else was asked for. */
export type Totals<Doc, Spec> = { readonly count: number } & (Spec extends { sum: string } ? { readonly sum: number } : unknown) &
  (Spec extends { avg: string } ? { readonly avg: number | undefined } : unknown) &
  (Spec extends { min: infer Path } ? { readonly min: Item<PathValue<Doc, Path>> | undefined } : unknown) &
  (Spec extends { max: infer Path } ? { readonly max: Item<PathValue<Doc, Path>> | undefined } : unknown);

/** Totals; with `by` those of each group, in the order of their keys. */
export type Aggregate<Doc, Spec> = Spec extends { by: infer Path }
  ? readonly ({ readonly key: Item<PathValue<Doc, Path>> | null } & Totals<Doc, Spec>)[]
  : Totals<Doc, Spec>;

type Result = Readonly<Record<string, unknown>>;

/** One total of a group. */
interface Column {
  add(values: readonly unknown[], by: 1 | -1): void;
  settle(): Steps<void>;
  value(): unknown;
}

interface Group {
  readonly key: unknown;
  readonly columns: readonly Column[];
  count: number;
  result: Result;
}

const COLUMNS: Readonly<Record<string, () => Column>> = {
  sum: () => numbers((sum) => sum),
  avg: () => numbers((sum, count) => (count > 0 ? sum / count : undefined)),
  min: () => extreme(0),
  max: () => extreme(-1),
};

/** Keeps the totals of an aggregation. @throws {StoreError} `INVALID_ARGUMENT` */
export function aggregation<Doc extends Identified>(
  spec: Aggregation<Doc>,
  plan: () => Plan<Doc>,
): Derivation<Doc> & { result(): Result | readonly Result[] } {
  const { where = {}, by, ...paths } = spec;
  const isMatch = compileWhere('where' in spec ? (spec.where as Where<Doc>) : where);
  for (const [name, path] of Object.entries({ by: by ?? '', ...paths }))
    if (typeof path !== 'string' || (name !== 'by' && !Object.hasOwn(COLUMNS, name))) refuse('query', name, 'it is no path to aggregate');
  const columns = Object.entries(paths).map(([name, path]) => ({ name, reached: reach(path as string) }));
  const reachKeys = by === undefined ? undefined : reach(by as string);
  let groups: Group[] = [];
  let results: readonly Result[] = [];
  const empty = resultOf(openGroup(undefined));
  let touched = new Set<Group>();

  function openGroup(key: unknown): Group {
    return { key, count: 0, result: {}, columns: columns.map(({ name }) => (COLUMNS[name] as () => Column)()) };
  }

  function resultOf({ key, count, columns: made }: Group): Result {
    const totals = columns.map(({ name }, at) => [name, made[at]?.value()]);
    return { ...(reachKeys && { key }), count, ...Object.fromEntries(totals) };
  }

  function keysOf(document: Doc): readonly unknown[] {
    const found = reachKeys ? valuesAt(document, reachKeys) : [];
    const keys = found.filter((value, at) => found.findIndex((other) => compare(other, value) === 0) === at);
    return keys.length > 0 ? keys : [null];
  }

  function groupOf(key: unknown): Group {
    const at = firstNot(groups, (group) => compare(group.key, key) < 0);
    const known = groups[at];
    if (known && compare(known.key, key) === 0) return known;
    const group = openGroup(key);
    groups.splice(at, 0, group);
    return group;
  }

  function add(document: Doc, by: 1 | -1): void {
    if (!isMatch(document)) return;
    for (const key of keysOf(document)) {
      const group = groupOf(key);
      group.count += by;
      for (const [at, { reached }] of columns.entries()) group.columns[at]?.add(valuesAt(document, reached), by);
      touched.add(group);
    }
  }

  /** Returns whether any total is another one. */
  function* settle(): Steps<boolean> {
    const before = results;
    for (const group of touched) {
      for (const column of group.columns) yield* column.settle();
      const next = resultOf(group);
      if (Object.entries(next).some(([name, value]) => !Object.is(value, group.result[name]))) group.result = next;
    }
    touched = new Set();
    groups = groups.filter(({ count }) => count > 0);
    const next = groups.map(({ result }) => result);
    if (next.length !== before.length || next.some((result, at) => result !== before[at])) results = next;
    return results !== before;
  }

  return {
    *evaluate() {
      groups = [];
      for (const [at, document] of [...plan().candidates].entries()) {
        add(document, 1);
        if (at % 500 === 499) yield;
      }
      yield* settle();
    },
    apply(changes) {
      for (const { before, after } of changes) {
        if (before) add(before, -1);
        if (after) add(after, 1);
      }
      return runAtOnce(settle()) ? 0 : Number.POSITIVE_INFINITY;
    },
    result: () => (reachKeys ? results : (results[0] ?? empty)),
  };
}

/** Of an array its elements; without null and what has no order. */
function valuesAt(document: object, reached: Reach): unknown[] {
  const found: unknown[] = [];
  reached(document, (value, isExact) => {
    if (Array.isArray(value) && !isExact) found.push(...value);
    else found.push(value);
    return false;
  });
  return found.filter((value) => value !== undefined && value !== null && rankOf(value) !== OPAQUE);
}

function numbers(read: (sum: number, count: number) => number | undefined): Column {
  const sum = exactSum();
  let count = 0;
  return {
    add(values, by) {
      for (const value of values) {
        const number = typeof value === 'bigint' ? Number(value) : value;
        if (!Number.isFinite(number)) continue;
        sum.add(by * (number as number));
        count += by;
      }
    },
    *settle() {},
    value: () => read(sum.value(), count),
  };
}

/** Keeps all values in order, for the one that comes when the smallest or largest goes. */
function extreme(at: 0 | -1): Column {
  let values: unknown[] = [];
  let swaps: Swap<unknown>[] = [];
  return {
    add(changed, by) {
      for (const value of changed) swaps.push(by > 0 ? { before: undefined, after: value } : { before: value, after: undefined });
    },
    *settle() {
      if (values.length > 0) values = applyToSorted(values, swaps, compare).items;
      else
        values = yield* sortInSteps(
          swaps.map(({ after }) => after),
          compare,
        );
      swaps = [];
    },
    value: () => values.at(at),
  };
}
