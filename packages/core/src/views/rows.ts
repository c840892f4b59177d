import type { Where } from '../query/conditions.ts';
import type { Query } from '../query/query.ts';
import { compileSort } from '../query/sort.ts';
import { compileWhere } from '../query/where.ts';
import type { Change, Documents, Identified } from './change.ts';
import { type Environment, type Maintained, maintain } from './maintained.ts';
import { applyToSorted, type Order, sortInSteps } from './sorted.ts';
import type { Steps } from './steps.ts';

/** All that a query matches, in order. Windows onto it are what is shown. */
export interface Rows<Doc> extends Maintained<Doc> {
  all(): readonly Doc[];
  /** Calls back with the first position that differs. Returns the stop function. */
  listen(listener: (from: number) => void): () => void;
}

const STEP = 1_000;

/** All documents of this moment that match, in any order. */
export function* matching<Doc extends Identified>(documents: Documents<Doc>, isMatch: (document: Doc) => boolean): Steps<Doc[]> {
  const found: Doc[] = [];
  let left = STEP;
  for (const document of [...documents.values()]) {
    if (isMatch(document)) found.push(document);
    if (--left > 0) continue;
    left = STEP;
    yield;
  }
  return found;
}

/** What a query asks for, apart from its window. */
export interface Question<Doc> {
  /** @throws {StoreError} `INVALID_ARGUMENT` where it matches and has no order: it holds arrays beside each other. */
  readonly isMatch: (document: Doc) => boolean;
  readonly order: Order<Doc>;
}

/** @throws {StoreError} `INVALID_ARGUMENT` */
export function compileQuery<Doc extends Identified>(query: Query<Doc>): Question<Doc> {
  // Not by default: a filter that is undefined is refused.
  const isMatch = compileWhere('where' in query ? (query.where as Where<Doc>) : {});
  const order = compileSort(query.sort, query.collation);
  // One path alone gives every document an order. Of more, each document is asked at once: else it would depend on its neighbours.
  const isOrdered = Object.keys(query.sort ?? {}).length < 2;
  return { isMatch: isOrdered ? isMatch : (document) => isMatch(document) && order(document, document) === 0, order };
}

/** @param unused Called when no one listens any more. */
export function createRows<Doc extends Identified>(
  { isMatch, order }: Question<Doc>,
  documents: Documents<Doc>,
  environment: Environment,
  unused: () => void,
): Rows<Doc> {
  const listeners = new Set<(from: number) => void>();
  let rows: Doc[] = [];

  const maintained = maintain<Doc>(
    {
      *evaluate() {
        rows = yield* sortInSteps(yield* matching(documents, isMatch), order);
      },
      apply(changes) {
        const relevant: Change<Doc>[] = [];
        for (const { id, before, after } of changes) {
          const was = before && isMatch(before) ? before : undefined;
          const is = after && isMatch(after) ? after : undefined;
          if (was || is) relevant.push({ id, before: was, after: is });
        }
        const { items, from } = applyToSorted(rows, relevant, order);
        rows = items;
        return from;
      },
    },
    environment,
    (from) => {
      for (const listener of listeners) listener(from);
    },
  );

  return {
    ...maintained,
    all: () => rows,
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        maintained.stop();
        unused();
      };
    },
  };
}
