import type { Where } from '../query/conditions.ts';
import { cursorOf, type Query } from '../query/query.ts';
import { compileKeyedSort, compileSort, type KeyedSort } from '../query/sort.ts';
import { compileWhere } from '../query/where.ts';
import type { Plan } from './plan.ts';
import { type Order, sortInSteps } from './sorted.ts';
import type { Steps } from './steps.ts';

/** What a query asks for, apart from its window. */
export interface Question<Doc> {
  /** @throws {StoreError} `INVALID_ARGUMENT` where it matches and has no order: it holds arrays beside each other. */
  readonly isMatch: (document: Doc) => boolean;
  readonly order: Order<Doc>;
  readonly sort: KeyedSort<Doc>;
}

/** @throws {StoreError} `INVALID_ARGUMENT` */
export function compileQuery<Doc extends object>(query: Query<Doc>): Question<Doc> {
  // Not by default: a filter that is undefined is refused.
  const matches = compileWhere('where' in query ? (query.where as Where<Doc>) : {});
  const order = compileSort(query.sort, query.collation);
  const after = cursorOf(query) as Doc | undefined;
  // One path alone gives every document an order. Of more, each document is asked at once: else it would depend on its neighbours.
  const isOrdered = Object.keys(query.sort ?? {}).length < 2;
  return {
    order,
    isMatch: (document) =>
      matches(document) && (isOrdered || order(document, document) === 0) && (after === undefined || order(document, after) > 0),
    sort: compileKeyedSort(query.sort, query.collation),
  };
}

/** What was found, in order, and how many documents were looked at. */
export interface Found<Doc> {
  readonly rows: Doc[];
  readonly examined: number;
}

const STEP = 1_000;

function* sorted<Doc>(documents: readonly Doc[], { read, order }: KeyedSort<Doc>): Steps<Doc[]> {
  const keyed = yield* sortInSteps(documents.map(read), order);
  return keyed.map(({ document }) => document);
}

/**
 * @param sort Absent: in no order.
 * @param limit At least so many, if there are, and the first ones; whether there are more does not matter.
 */
export function* search<Doc extends object>(
  { isMatch, sort }: Pick<Question<Doc>, 'isMatch'> & Partial<Pick<Question<Doc>, 'sort'>>,
  { candidates, isTie }: Plan<Doc>,
  limit: number,
): Steps<Found<Doc>> {
  const rows: Doc[] = [];
  // Those that are equal as far as the candidates are sorted, and have to be sorted further.
  let ties: Doc[] = [];
  let examined = 0;
  for (const document of candidates) {
    if (++examined % STEP === 0) yield;
    if (!isMatch(document)) continue;
    if (isTie && ties.length > 0 && !isTie(ties[0] as Doc, document)) {
      // Mostly there is one, for which nothing is made.
      for (const row of sort && ties.length > 1 ? yield* sorted(ties, sort) : ties) rows.push(row);
      if (rows.length >= limit) return { rows, examined };
      ties = [];
    }
    ties.push(document);
  }
  const last = sort ? yield* sorted(ties, sort) : ties;
  return { rows: isTie ? rows.concat(last) : last, examined };
}
