import type { Collection, DocumentUpdate, SystemFields } from '../collections/collection.ts';
import type { Observable } from '../observable.ts';
import type { Query } from '../query/query.ts';
import type { LiveResult } from '../views/live-query.ts';

export type PatchDocument = Readonly<Record<string, unknown>> & SystemFields;

/** Fields that must be equal, or operators; `undefined`: the field is missing. `{ done: false, 'author.name': { $startsWith: 'A' } }`. */
export type Match = Readonly<Record<string, unknown>>;

/** Which of the documents that match, and in which order. @default all, in the order of their inserts */
export interface FindOptions {
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly skip?: number;
  readonly limit?: number;
}

/** Collections of documents, of one node or of all nodes that name the store. A collection is there from its first insert on. */
export interface PatchDb {
  /** Resolves to the id. @throws {StoreError} (rejects) `DUPLICATE` where the given `_id` is taken, `UNSUPPORTED_VALUE` */
  insert(collection: string, document: object): Promise<string>;
  find(collection: string, query?: Match, options?: FindOptions): Promise<PatchDocument[]>;
  findOne(collection: string, id: string): Promise<PatchDocument | undefined>;
  /** Sets these fields, or does what operators say. Resolves to false where there is no such document. */
  update(collection: string, id: string, change: object): Promise<boolean>;
  /** Puts another document in its place. Resolves to false where there is none. */
  replace(collection: string, id: string, document: object): Promise<boolean>;
  delete(collection: string, id: string): Promise<boolean>;
  count(collection: string, query?: Match): Promise<number>;
  drop(collection: string): Promise<void>;
  /** The documents, kept up to date in every tab. */
  live(collection: string, query?: Match, options?: FindOptions): Observable<LiveResult<PatchDocument>>;
  /** The store that all nodes of the patch share that name it. */
  store(name: string): PatchDb;
}

type Documents = Collection<Record<string, unknown>>;

export function patchDb(open: (collection: string) => Documents, store: (name: string) => PatchDb): PatchDb {
  return {
    insert: (collection, document) => open(collection).insert(document as Record<string, unknown>),
    find: async (collection, query, options) => (await open(collection).find(queryOf(query, options))) as PatchDocument[],
    findOne: async (collection, id) => (await open(collection).findOne(id)) as PatchDocument | undefined,
    update: (collection, id, change) => open(collection).update(id, withoutOurs(change) as DocumentUpdate<Record<string, unknown>>),
    replace: (collection, id, document) => open(collection).replace(id, withoutOurs(document)),
    delete: (collection, id) => open(collection).delete(id),
    count: (collection, query) => open(collection).count(queryOf(query).where),
    drop: (collection) => open(collection).drop(),
    live: (collection, query, options) => open(collection).live(queryOf(query, options)) as Observable<LiveResult<PatchDocument>>,
    store,
  };
}

/** A document that was found may be given back as it is: what is ours of it is not the patch's to change. */
function withoutOurs({ _id, _created, _updated, ...fields }: Partial<PatchDocument>): Record<string, unknown> {
  return fields;
}

function queryOf(match: Match = {}, { sort = { _created: 1 }, ...others }: FindOptions = {}): Query<never> {
  const where = Object.fromEntries(Object.entries(match).map(([path, value]) => [path, value === undefined ? { $exists: false } : value]));
  return { where, sort, ...others } as Query<never>;
}
