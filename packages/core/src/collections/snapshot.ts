import { computed, type Observable } from '../observable.ts';
import { canonicalQuery, type Query } from '../query/query.ts';
import type { LiveQuery, LiveResult } from '../views/live-query.ts';
import type { Collection, Document } from './collection.ts';

/**
 * What a server has found, for its render and for the page that takes over its HTML: the results of queries, and documents, by what
 * was asked. Plain data as far as the documents are; merge several by a spread.
 */
export type Snapshot = Readonly<Record<string, unknown>>;

/**
 * Finds what a page will ask for, by queries or ids, so that the server's HTML shows it and the browser's first render agrees.
 * @throws {StoreError} where it cannot be read
 */
export async function dehydrate<Doc>(collection: Collection<Doc>, ...asked: readonly (string | Query<Document<Doc>>)[]): Promise<Snapshot> {
  const entries = asked.map(async (each) => {
    if (typeof each === 'string') return [nameOf(collection, each), await collection.findOne(each)] as const;
    const live = await collection.live(each).ready;
    return [nameOf(collection, each), live.get()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The live query, which shows what the snapshot has of it until the documents are loaded. */
export function hydratedQuery<Doc>(
  collection: Collection<Doc>,
  query: Query<Document<Doc>>,
  snapshot: Snapshot | undefined,
): LiveQuery<Document<Doc>> {
  const live = collection.live(query);
  const found = snapshot?.[nameOf(collection, query)] as LiveResult<Document<Doc>> | undefined;
  if (!found) return live;
  // Inherits, because a copy would ask for `ready` and so begin to load.
  return Object.create(live, {
    get: { value: () => (live.get().status === 'loading' ? found : live.get()) },
    initial: { value: () => found },
  });
}

/** The document, which is what the snapshot has of it until the documents are loaded. */
export function hydratedDocument<Doc>(
  collection: Collection<Doc>,
  id: string,
  snapshot: Snapshot | undefined,
): Observable<Document<Doc> | undefined> {
  const document = collection.document(id);
  const found = snapshot?.[nameOf(collection, id)] as Document<Doc> | undefined;
  if (!found) return document;
  return {
    ...computed(() => document.get() ?? (collection.status.get().state === 'loading' ? found : undefined)),
    initial: () => found,
  };
}

function nameOf({ name }: { readonly name: string }, asked: string | object): string {
  return JSON.stringify([name, typeof asked === 'string' ? asked : [canonicalQuery(asked as Query<never>)]]);
}
