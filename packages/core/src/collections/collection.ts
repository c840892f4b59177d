import type { StorageDriver } from '../driver.ts';
import type { KeyStatus } from '../home/status.ts';
import type { Observable } from '../observable.ts';
import type { Where } from '../query/conditions.ts';
import type { distinct } from '../query/distinct.ts';
import type { QueryPath } from '../query/document-path.ts';
import type { Query } from '../query/query.ts';
import type { Update } from '../query/update-type.ts';
import type { Schema } from '../schema.ts';
import type { LiveQuery } from '../views/live-query.ts';
import type { IndexSpec } from '../views/ordered-index.ts';
import type { LivePages } from '../views/pages.ts';
import type { Explanation } from '../views/views.ts';

/** What a collection shows to functions of ours that derive something from it. */
export const VIEWS: unique symbol = Symbol('views');

/** What Holdfast keeps in every document. */
export interface SystemFields {
  /** Given at the insert, or made: then ids are in the order of their inserts. Never changes. */
  readonly _id: string;
  /** Milliseconds since 1970. */
  readonly _created: number;
  /** Milliseconds since 1970. Moves with every change, not with an update that changes nothing. */
  readonly _updated: number;
}

/** A document as it is found. */
export type Document<Doc> = Doc & SystemFields;

export interface CollectionOptions<Doc> {
  /** Where the collection lives; of storages without a log take `logged(storage)`. @default the store's `storage` */
  storage?: StorageDriver | undefined;
  /** Accept only such documents; its output is what is stored. It sees the whole document with `_id`, `_created` and `_updated`, and must validate synchronously. */
  schema?: Schema<Doc>;
  /** Kept in memory, so that filters and sorts need not look at every document: a path, several paths, or `{ keys, unique }`. @default none */
  indexes?: readonly IndexSpec<Document<Doc>>[];
  /** `strict`: acknowledged only when it survives the loss of power too; several times slower. @default as the storage was made */
  durability?: 'strict';
  /** Version of the documents' shape, a whole number from 1. Documents of a newer version are read-only. @default 1 */
  version?: number;
  /** `migrate[n]` turns a document of version n − 1 into version n. Runs when it is read; what is stored stays until the document changes. */
  migrate?: Readonly<Record<number, (old: never) => object>>;
}

/** A declared collection, as the data sees it. */
export interface Declared<Doc> {
  readonly options: CollectionOptions<Doc>;
  readonly version: number;
}

/** How one change is written. */
export interface WriteOptions {
  /** `strict`: acknowledged only when it survives the loss of power too. @default as the collection was declared */
  durability?: 'strict';
}

/** A document as it is given: its `_id` may be chosen, the other fields of ours are ignored. */
export type NewDocument<Doc> = Omit<Doc, keyof SystemFields> & { readonly _id?: string };

/** What changes a document: a patch of whole fields, operators, or a function of the document as it is stored now, which must give a patch or operators. */
export type DocumentUpdate<Doc> = Update<Doc> | ((fresh: Document<Doc>) => Update<Doc>);

/**
 * Documents with ids, in memory and in the storage's log. Every change is shown at once; its promise resolves when it is durable,
 * and rejects with a `StoreError` when it is not: refused, or not stored yet, in which case it is tried again. A rejection that
 * nobody waits for is told to `store.onError` alone.
 */
export interface Collection<Doc> {
  readonly name: string;
  /** @throws {StoreError} `DUPLICATE` where the given `_id` is taken, `INVALID_VALUE`, `UNSUPPORTED_VALUE` */
  insert(document: NewDocument<Doc>, options?: WriteOptions): Promise<string>;
  /**
   * All or nothing, in one transaction, however many: 100 000 take about 0.2 s of the page's thread. Resolves to the ids, in the order
   * of the documents. @throws {StoreError} as `insert`
   */
  insertMany(documents: readonly NewDocument<Doc>[], options?: WriteOptions): Promise<string[]>;
  /** Sets the given fields of the document with this `_id`, or inserts it. Resolves to its id. @throws {StoreError} as `insert`, without `DUPLICATE` of the `_id` */
  upsert(document: NewDocument<Doc>, options?: WriteOptions): Promise<string>;
  /**
   * What is there now, once it has been read: of this tab also what is not stored yet. Like all that take a query:
   * @throws {StoreError} `INVALID_ARGUMENT` for one that means nothing, and why the documents cannot be read
   */
  find(query?: Query<Document<Doc>>): Promise<Document<Doc>[]>;
  /** By its id, or the first that a query finds. */
  findOne(query: string | Query<Document<Doc>>): Promise<Document<Doc> | undefined>;
  count(where?: Where<Document<Doc>>): Promise<number>;
  /** Every value at the path once, in the order of values; of arrays their elements. */
  distinct<Path extends QueryPath<Document<Doc>>>(
    path: Path,
    where?: Where<Document<Doc>>,
  ): Promise<ReturnType<typeof distinct<Document<Doc>, Path>>>;
  /** Answers the query once, and says how. */
  explain(query?: Query<Document<Doc>>): Promise<Explanation>;
  /**
   * Resolves to false where there is no such document. A patch and operators are logged field by field, and merge with what
   * others write at the same time; a function is run against what is stored, again until nobody has come between.
   * @throws {StoreError} `INVALID_ARGUMENT` for an update that does not fit the document, `INVALID_VALUE`, `NEWER_DATA`, `DUPLICATE` by a unique index
   */
  update(id: string, change: DocumentUpdate<Doc>, options?: WriteOptions): Promise<boolean>;
  /** All or nothing. Resolves to how many match, also where nothing of them changes. @throws {StoreError} as `update` */
  updateMany(where: Where<Document<Doc>>, change: Update<Doc>, options?: WriteOptions): Promise<number>;
  /** Puts another document in its place; `_id` and `_created` stay. Resolves to false where there is none. @throws {StoreError} as `update` */
  replace(id: string, document: NewDocument<Doc>, options?: WriteOptions): Promise<boolean>;
  /** Resolves to false where there is no such document. */
  delete(id: string, options?: WriteOptions): Promise<boolean>;
  /** All or nothing. Resolves to how many there were. */
  deleteMany(where: Where<Document<Doc>>, options?: WriteOptions): Promise<number>;
  /** Deletes all documents. */
  drop(): Promise<void>;
  /** The result of a query, kept up to date. The same object for equal queries while it is in use. Nothing is loaded before it is read or watched. */
  live(query?: Query<Document<Doc>>): LiveQuery<Document<Doc>>;
  /** A live query whose `limit` grows. Each has its own, so keep it. @param query Without a limit pages are of 20. */
  pages(query?: Query<Document<Doc>>): LivePages<Document<Doc>>;
  /** One document, kept up to date: `undefined` while it is loaded, and where there is none. A change of another one tells nobody. */
  document(id: string): Observable<Document<Doc> | undefined>;
  readonly status: Observable<KeyStatus>;
  /** @internal The `Views` of its documents. Not typed: a collection of one kind must stay comparable with another. */
  readonly [VIEWS]: object;
}
