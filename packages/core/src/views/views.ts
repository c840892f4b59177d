import type { StoreError } from '../errors.ts';
import { batch, type Observable } from '../observable.ts';
import type { Ports } from '../ports.ts';
import type { Where } from '../query/conditions.ts';
import { distinct } from '../query/distinct.ts';
import type { QueryPath } from '../query/document-path.ts';
import { project } from '../query/fields.ts';
import { canonicalQuery, type Query, windowOf } from '../query/query.ts';
import { compileWhere } from '../query/where.ts';
import type { Change, Documents, Identified } from './change.ts';
import { type LiveQuery, type LiveResult, openWindow, type Remembered, toLiveQuery, withReady } from './live-query.ts';
import { type Derivation, type Environment, type LiveStatus, LOADING, type Maintained, maintain, READY } from './maintained.ts';
import { createIndex, type IndexSpec, type OrderedIndex } from './ordered-index.ts';
import { type LivePages, openPages } from './pages.ts';
import { type Plan, planFor } from './plan.ts';
import { createRecalled } from './recalled.ts';
import { createRows, type Rows } from './rows.ts';
import { compileQuery, type Found, search } from './search.ts';
import { createShelf, type Origin } from './shelf.ts';
import { AT_ONCE, pacer, runAtOnce, runInSlices, SLICE_MS, type Steps } from './steps.ts';

/**
 * Everything that is derived from a collection's documents in memory. The collection owns the documents and says what became of
 * them; nothing here knows of storage. The order of calls: the documents change, then `apply` is told, in one turn.
 */
export interface Views<Doc extends Identified> {
  /** What became of documents: by this tab, another one, or a rollback. One batch is one notification; each id is in it once. */
  apply(changes: readonly Change<Doc>[]): void;
  /** The documents are complete. What was applied before need not have been all of them. */
  loaded(): void;
  /** They could not be read: all results end in this error. `loaded` makes up for it. */
  fail(error: StoreError): void;
  /** @throws {StoreError} `INVALID_ARGUMENT`, as all that take a query */
  find(query?: Query<Doc>): Doc[];
  /** The same, of the documents of this moment; of many in short tasks. */
  findInSlices(query?: Query<Doc>): Promise<Doc[]>;
  count(where?: Where<Doc>): number;
  distinct<Path extends QueryPath<Doc>>(path: Path, where?: Where<Doc>): ReturnType<typeof distinct<Doc, Path>>;
  /** The same object for equal queries, while one of them is in use. */
  live(query?: Query<Doc>): LiveQuery<Doc>;
  /** A live query whose `limit` grows. Each has its own, so keep it. @param query Without a limit pages are of 20. */
  pages(query?: Query<Doc>): LivePages<Doc>;
  /** Answers the query once, and says how. */
  explain(query?: Query<Doc>): Explanation;
  /** Whether a unique index forbids these changes, before they are made: what one of them collides with. */
  conflict(changes: readonly Change<Doc>[]): Conflict | undefined;
  /** Something else that is derived and kept up to date. The same object for equal names while it is in use. */
  derive<Result extends LiveStatus>(name: string, open: (from: Derived<Doc>) => Origin<Result>): Live<Result>;
  /** One document. A change of it tells no one who watches another. */
  document(id: string): Observable<Doc | undefined>;
  /** What live queries show that are in use, by names that equal queries share. */
  windows(): Iterable<readonly [name: string, Omit<Remembered<Doc>, 'isCurrent'>]>;
  /** Shows this until the documents are there. */
  recall(windows: ReadonlyMap<string, Remembered<Doc>>): void;
  /** Nothing is kept up to date any more, and no timer runs. */
  close(): void;
}

/** What a derivation is made from. */
export interface Derived<Doc> {
  /** Which documents to look at. */
  plan(where: Where<Doc>): Plan<Doc>;
  maintain(derivation: Derivation<Doc>): Maintained<Doc>;
}

/** A result with the promise of its first value. */
export interface Live<Result extends LiveStatus> extends Observable<Result> {
  /** Settles when the first result is there, or has ended in an error. Carries what React's `use` reads. */
  readonly ready: Promise<Live<Result>>;
}

/** Two documents that may not be. */
export interface Conflict {
  /** The paths of the unique index. */
  readonly keys: readonly string[];
  /** The document that has the same there. */
  readonly id: string;
}

/** How a query is answered. */
export interface Explanation {
  /** The paths of the index that is used; `_id` for a look-up by it. Absent: every document is looked at. */
  readonly index?: readonly string[];
  /** How many documents are looked at. */
  readonly examined: number;
  /** How many of them match, as far as they are looked at. */
  readonly matched: number;
  /** The index has them in the order that is asked for; with a `limit`, the first ones are enough. */
  readonly isSorted: boolean;
}

export interface ViewsOptions<Doc> {
  readonly documents: Documents<Doc>;
  /** Kept in memory; any value can be indexed. @default none */
  readonly indexes?: readonly IndexSpec<Doc>[];
  readonly ports: Pick<Ports, 'now' | 'delay' | 'pause'>;
  /** Someone reads or watches a result: now is the time to load the documents. Called often. @default nothing */
  wanted?(): void;
}

export function createViews<Doc extends Identified>({
  documents,
  ports,
  indexes: specs = [],
  wanted = () => {},
}: ViewsOptions<Doc>): Views<Doc> {
  let collection: LiveStatus = LOADING;
  let stopBuilding = (): void => {};
  const indexes = specs.map((spec) => createIndex(spec, documents));
  const rows = new Map<string, Rows<Doc>>();
  const shown = new WeakMap<readonly Doc[], readonly Doc[]>();
  const documentsOf = (data: readonly Doc[]): readonly Doc[] => shown.get(data) ?? data;
  const queries = createShelf<LiveResult<Doc>, LiveQuery<Doc>>(ports, (result) => toLiveQuery(result, documentsOf), wanted);
  const derived = createShelf<LiveStatus, Live<LiveStatus>>(ports, withReady<Live<LiveStatus>>, wanted);
  const singles = createShelf<Doc | undefined, Observable<Doc | undefined>>(ports, (document) => document, wanted);
  const recalled = createRecalled<Doc>(() => queries.touch());
  const maintained = new Set<Maintained<Doc>>();
  const environment: Environment<Doc> = { ports, size: () => documents.size, collection: () => collection, maintained };

  /** One list of rows serves all windows onto it. */
  function rowsOf({ skip: _, limit: __, fields: ___, ...query }: Query<Doc>): Rows<Doc> {
    const name = canonicalQuery(query as Query<never>);
    const known = rows.get(name);
    if (known) return known;
    const made = createRows(
      compileQuery(query),
      () => planFor(query, documents, usable(), false),
      environment,
      () => rows.delete(name),
    );
    rows.set(name, made);
    return made;
  }

  function become(next: LiveStatus): void {
    collection = next;
    batch(() => {
      for (const each of maintained) each.wake();
      singles.touch();
    });
  }

  /** All that are built; of few documents they are built when they are wanted. */
  function usable(): OrderedIndex<Doc>[] {
    if (documents.size <= AT_ONCE) for (const index of indexes) runAtOnce(index.build());
    return indexes;
  }

  function* buildAll(): Steps<void> {
    for (const index of indexes) yield* index.build();
  }

  /** How to find the first rows of a query, `end` of them at least. */
  function first(query: Query<Doc>, end: number): { plan: Plan<Doc>; steps(candidates?: Iterable<Doc>): Steps<Found<Doc>> } {
    // Refuses unknown options; of the filter no text is needed.
    canonicalQuery({ ...query, where: {} } as Query<never>);
    const question = compileQuery(query);
    const plan = planFor(query, documents, usable(), end < Number.POSITIVE_INFINITY);
    return { plan, steps: (candidates = plan.candidates) => search(question, { ...plan, candidates }, end) };
  }

  /** The part of what was found that a query asks for, and of it what it asks for. */
  function cut(query: Query<Doc>, { rows }: Found<Doc>): Doc[] {
    const { start, end } = windowOf(query as Query<never>);
    const found = rows.slice(start, end);
    const show = query.fields && project(query.fields);
    return show ? (found.map((document) => show(document)) as Doc[]) : found;
  }

  /** In no order. */
  function matched(where: Where<Doc>): Doc[] {
    const plan = planFor({ where }, documents, usable(), false);
    return runAtOnce(search({ isMatch: compileWhere(where) }, plan, Number.POSITIVE_INFINITY)).rows;
  }

  function live(query: Query<Doc> = {}): LiveQuery<Doc> {
    const name = canonicalQuery(query as Query<never>);
    return queries.observe(name, (touch) => {
      const show = (data: readonly Doc[], documents: readonly Doc[]): unknown => shown.set(data, documents);
      return recalled.use(
        name,
        openWindow(query, rowsOf(query), touch, show, () => recalled.of(name)),
      );
    });
  }

  return {
    apply(changes) {
      batch(() => {
        recalled.doubt(collection === READY);
        for (const index of indexes) index.apply(changes);
        for (const each of maintained) each.apply(changes);
        for (const { id } of changes) singles.touch(id);
      });
    },
    loaded() {
      if (documents.size > AT_ONCE) stopBuilding = runInSlices(buildAll(), SLICE_MS, ports, () => {});
      become(READY);
    },
    fail: (error) => become({ status: 'error', error }),
    find: (query = {}) => cut(query, runAtOnce(first(query, windowOf(query as Query<never>).end).steps())),
    async findInSlices(query = {}) {
      const { plan, steps } = first(query, windowOf(query as Query<never>).end);
      // What is in order already is looked at only as far as it is asked for.
      if (documents.size <= AT_ONCE || plan.isTie) return cut(query, runAtOnce(steps()));
      const pause = pacer(ports);
      for (const running = steps([...plan.candidates]); ; await pause()) {
        const { done, value } = running.next();
        if (done) return cut(query, value);
      }
    },
    count: (where = {}) => matched(where).length,
    distinct: (path, where = {}) => distinct(matched(where), path),
    explain(query = {}) {
      const { plan, steps } = first(query, windowOf(query as Query<never>).end);
      const { rows, examined } = runAtOnce(steps());
      return { ...(plan.index && { index: plan.index }), examined, matched: rows.length, isSorted: !!plan.isTie };
    },
    conflict(changes) {
      if (collection !== READY) return undefined;
      for (const { isUnique, rivalOf, keys } of indexes) {
        const rival = isUnique && rivalOf(changes);
        if (rival) return { keys, id: rival._id };
      }
      return undefined;
    },
    live,
    pages: (query = {}) => openPages(query, live, documentsOf),
    derive<Result extends LiveStatus>(name: string, open: (from: Derived<Doc>) => Origin<Result>) {
      return derived.observe(name, (touch) =>
        open({
          plan: (where) => planFor({ where }, documents, usable(), false),
          maintain: (derivation) => maintain(derivation, environment, touch),
        }),
      ) as Live<Result>;
    },
    document: (id) => singles.observe(id, () => ({ initial: undefined, value: () => documents.get(id) })),
    windows: recalled.shown,
    recall: recalled.become,
    close() {
      stopBuilding();
      queries.close();
      derived.close();
      singles.close();
      for (const each of maintained) each.stop();
    },
  };
}
