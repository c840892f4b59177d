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
import { type LiveQuery, type LiveResult, NOTHING, openWindow, toLiveQuery } from './live-query.ts';
import { type LiveStatus, LOADING, READY } from './maintained.ts';
import { compileQuery, createRows, matching, type Rows } from './rows.ts';
import { createShelf } from './shelf.ts';
import { runAtOnce } from './steps.ts';

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
  count(where?: Where<Doc>): number;
  distinct<Path extends QueryPath<Doc>>(path: Path, where?: Where<Doc>): ReturnType<typeof distinct<Doc, Path>>;
  /** The same object for equal queries, while one of them is in use. */
  live(query?: Query<Doc>): LiveQuery<Doc>;
  /** One document. A change of it tells no one who watches another. */
  document(id: string): Observable<Doc | undefined>;
  /** Nothing is kept up to date any more, and no timer runs. */
  close(): void;
}

export interface ViewsOptions<Doc> {
  readonly documents: Documents<Doc>;
  readonly ports: Pick<Ports, 'now' | 'delay'>;
}

export function createViews<Doc extends Identified>({ documents, ports }: ViewsOptions<Doc>): Views<Doc> {
  let collection: LiveStatus = LOADING;
  const rows = new Map<string, Rows<Doc>>();
  const queries = createShelf<LiveResult<Doc>, LiveQuery<Doc>>(ports, toLiveQuery);
  const singles = createShelf<Doc | undefined, Observable<Doc | undefined>>(ports, (document) => document);
  const environment = { ports, size: () => documents.size, collection: () => collection };

  /** One list of rows serves all windows onto it. */
  function rowsOf({ where = {}, sort = {}, collation = '' }: Query<Doc>): Rows<Doc> {
    const query: Query<Doc> = { where, sort, ...(collation && { collation }) };
    const name = canonicalQuery(query as Query<never>);
    const known = rows.get(name);
    if (known) return known;
    const made = createRows(compileQuery(query), documents, environment, () => rows.delete(name));
    rows.set(name, made);
    return made;
  }

  function become(next: LiveStatus): void {
    collection = next;
    batch(() => {
      for (const each of rows.values()) each.wake();
    });
  }

  function matched(isMatch: (document: Doc) => boolean): Doc[] {
    return runAtOnce(matching(documents, isMatch));
  }

  return {
    apply(changes) {
      batch(() => {
        for (const each of rows.values()) each.apply(changes);
        for (const { id } of changes) singles.touch(id);
      });
    },
    loaded: () => become(READY),
    fail: (error) => become({ status: 'error', error }),
    find(query = {}) {
      // Refuses unknown options; of the filter no text is needed.
      canonicalQuery({ ...query, where: {} } as Query<never>);
      const { start, end } = windowOf(query as Query<never>);
      const { isMatch, order } = compileQuery(query);
      const found = matched(isMatch).sort(order).slice(start, end);
      const show = query.fields && project(query.fields);
      return show ? (found.map((document) => show(document)) as Doc[]) : found;
    },
    count: (where = {}) => matched(compileWhere(where)).length,
    distinct: (path, where = {}) => distinct(matched(compileWhere(where)), path),
    live: (query = {}) =>
      queries.observe(canonicalQuery(query as Query<never>), NOTHING, (touch) => openWindow(query, rowsOf(query), touch)),
    document: (id) => singles.observe(id, undefined, () => ({ value: () => documents.get(id) })),
    close() {
      queries.close();
      singles.close();
      for (const each of rows.values()) each.stop();
    },
  };
}
