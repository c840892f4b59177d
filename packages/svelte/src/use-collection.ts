import { type Collection, canonicalQuery, type Document, hydratedQuery, type LiveResult, type Query } from '@holdfast/core';
import { toStore } from 'svelte/store';
import { type CollectionSource, collectionOf, type DocumentsOf } from './collection-of.ts';
import { plain } from './draft.ts';
import { track } from './follow.ts';
import { rowOf } from './row.ts';
import { getSnapshot } from './store-context.ts';
import { createVersion } from './version.svelte.ts';

type QueryOf<Source> = Query<Document<DocumentsOf<Source>>>;

type Mutations<Doc> = Pick<Collection<Doc>, 'insert' | 'insertMany' | 'upsert' | 'update' | 'updateMany' | 'replace'>;

/** The result of a query, which effects and templates follow; and a store of its rows, for `$notes`. */
export interface CollectionState<Doc> extends Mutations<Doc> {
  /** The rows. Each may be changed in place, at any depth: `bind:checked={note.done}` is an `update` of that field. */
  readonly current: readonly Document<Doc>[];
  /** How many match, inside and outside of `skip` and `limit`. */
  readonly total: number;
  /** `loading`: `current` is of the query before, or empty; `error`: it could not be read. */
  readonly status: LiveResult<Doc>['status'];
  readonly error: LiveResult<Doc>['error'];
  /** There are rows behind the last one. */
  readonly hasMore: boolean;
  /** Raises the limit by the query's `limit`, until another query is asked. */
  loadMore(this: void): void;
  readonly remove: Collection<Doc>['delete'];
  readonly removeMany: Collection<Doc>['deleteMany'];
  /** Svelte's store contract: calls `run` with the rows at once and after each change. Returns the unsubscribe function. */
  subscribe(this: void, run: (rows: readonly Document<Doc>[]) => void): () => void;
}

/**
 * What a query finds, kept up to date: by the name of a collection or by a handle (`store.collections.notes`). Functions make them
 * reactive: `useCollection('notes', () => ({ where: { done } }))`. When the query changes, the rows of the one before stay until the
 * new ones are there. With a name, call it while a component is initialised.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have, or a query that means nothing
 */
export function useCollection<Source extends CollectionSource>(
  source: Source | (() => Source),
  query: NoInfer<QueryOf<Source> | (() => QueryOf<Source>)> = {},
): CollectionState<DocumentsOf<Source>> {
  type Doc = DocumentsOf<Source>;
  const collection = collectionOf(source);
  const snapshot = getSnapshot();
  const grown = createVersion();
  let window = { asked: '', limit: 0 };
  let before: { readonly of: Collection<Doc>; readonly result: LiveResult<Document<Doc>> } | undefined;

  function wanted(): Query<Document<Doc>> {
    // What is asked is kept: a proxy of `$state` in it would change under it.
    return plain(typeof query === 'function' ? query() : query);
  }

  function result(): LiveResult<Document<Doc>> {
    grown.read();
    const of = collection();
    const asked = wanted();
    const isGrown = window.asked === canonicalQuery(asked as Query<never>);
    const shownQuery = isGrown ? { ...asked, limit: window.limit } : asked;
    const found = track(hydratedQuery(of, shownQuery, snapshot), of.live(shownQuery));
    const isKept = found.status === 'loading' && before?.of === of;
    const shown = isKept && before ? { ...found, data: before.result.data, total: before.result.total } : found;
    before = { of, result: shown };
    return shown;
  }

  return {
    get current() {
      return rowsOf(collection(), result().data);
    },
    get total() {
      return result().total;
    },
    get status() {
      return result().status;
    },
    get error() {
      return result().error;
    },
    get hasMore() {
      const { data, total } = result();
      return (wanted().skip ?? 0) + data.length < total;
    },
    loadMore() {
      const { limit = 0 } = wanted();
      const asked = canonicalQuery(wanted() as Query<never>);
      window = { asked, limit: (window.asked === asked ? window.limit : limit) + limit };
      grown.raise();
    },
    subscribe: (run) => toStore(() => rowsOf(collection(), result().data)).subscribe(run),
    ...mutations(collection),
  };
}

/** The changes of whichever collection it is at the moment. */
function mutations<Doc>(collection: () => Collection<Doc>): Mutations<Doc> & Pick<CollectionState<Doc>, 'remove' | 'removeMany'> {
  return {
    insert: (document) => collection().insert(document),
    insertMany: (documents) => collection().insertMany(documents),
    upsert: (document) => collection().upsert(document),
    update: (id, change) => collection().update(id, change),
    updateMany: (where, change) => collection().updateMany(where, change),
    replace: (id, document) => collection().replace(id, document),
    remove: (id) => collection().delete(id),
    removeMany: (where) => collection().deleteMany(where),
  };
}

// Nothing is shared through it: to each list of documents it is one more private property, and is gone when that is.
const known = new WeakMap<object, readonly object[]>();

function rowsOf<Doc>(collection: Collection<Doc>, documents: readonly Document<Doc>[]): readonly Document<Doc>[] {
  let rows = known.get(documents) as readonly Document<Doc>[] | undefined;
  if (!rows) {
    rows = documents.map((document) => rowOf(collection as Collection<never>, document));
    known.set(documents, rows);
  }
  return rows;
}
