export type { Codec, Encoded } from './codec.ts';
export { aggregate } from './collections/aggregate.ts';
export type {
  Collection,
  CollectionOptions,
  Document,
  DocumentUpdate,
  NewDocument,
  SystemFields,
  WriteOptions,
} from './collections/collection.ts';
export { type CollectionKey, collection } from './collections/declare.ts';
export { dehydrate, hydratedDocument, hydratedQuery, type Snapshot } from './collections/snapshot.ts';
export type {
  Batch,
  BlobStorage,
  Capability,
  Check,
  Commit,
  CommitOptions,
  Driver,
  DriverChange,
  DriverLimits,
  Entry,
  FollowedHistory,
  History,
  Journal,
  Operation,
  Range,
  SharedStorage,
  StorageDriver,
  Untouched,
} from './driver.ts';
export { type IndexedDbOptions, indexedDb } from './drivers/indexed-db.ts';
export { local, session } from './drivers/local.ts';
export { memory } from './drivers/memory.ts';
export type { Duration } from './duration.ts';
export { type SaveResult, StoreError, type StoreErrorCode } from './errors.ts';
export { type HistoryOptions, history, type UndoHistory } from './history.ts';
export type { KeyStatus } from './home/status.ts';
export { field, type Path, type PathValue } from './keys/field.ts';
export { type Key, type KeyFamily, type KeyOptions, key, keyFamily } from './keys/key.ts';
export type { Persisted } from './keys/persisted.ts';
export { themeScript } from './keys/theme-script.ts';
export { type Kv, type KvChange, type KvOptions, kv, type Lifetime, type SetOptions } from './kv/kv.ts';
export { type ErrorClass, errorClass } from './lifecycle/error-class.ts';
export { type Failing, type Health, health } from './lifecycle/health.ts';
export { type Persistence, persistence, requestPersistence } from './lifecycle/persistence.ts';
export { type PreviousRun, type PreviousRunOptions, previousRun } from './lifecycle/previous-run.ts';
export { logged } from './logged.ts';
export { type Accounts, type AccountsOptions, createAccounts } from './logins/accounts.ts';
export { namespaced } from './namespaced.ts';
export { batch, computed, effect, type Observable } from './observable.ts';
export type { Bus, Lifecycle, Ports } from './ports.ts';
export { canonicalQuery, type Query } from './query/query.ts';
export {
  type CollectionName,
  collectionNamed,
  type DocumentNamed,
  type KeyName,
  type KeyValue,
  keyNamed,
  type Register,
  type RegisteredStore,
} from './register.ts';
export type { CollectionOf, Collections, Keys, PersistedOf, Transaction } from './registry.ts';
export type { Schema, SchemaResult } from './schema.ts';
export { createStore } from './store.ts';
export type { CollectionUsage, ErrorListener, Store, StoreOptions, Usage } from './store-interface.ts';
export type { TransferOptions, TransferProgress } from './transfer/contents.ts';
export type { Aggregate, Aggregation } from './views/aggregate.ts';
export type { Delta } from './views/deltas.ts';
export type { AggregateResult, LiveAggregate } from './views/live-aggregate.ts';
export type { LiveQuery, LiveResult } from './views/live-query.ts';
export type { IndexSpec } from './views/ordered-index.ts';
export type { LivePages } from './views/pages.ts';
export type { Explanation } from './views/views.ts';
