import type { Contender } from '../src/group.ts';
import type { DocumentSubject } from './document-subject.ts';

/** Each in the set-up that serves it best: see the files. */
export const documentContenders: readonly Contender<DocumentSubject>[] = [
  {
    id: 'holdfast',
    name: 'Holdfast',
    imports: `export { createStore, collection } from '@holdfast/core'; export { indexedDb } from '@holdfast/core/drivers/indexed-db'`,
    load: () => import('../contenders/documents/holdfast.ts').then((m) => m.open),
  },
  {
    id: 'dexie',
    name: 'Dexie',
    against: 'holdfast',
    imports: `export { Dexie, liveQuery } from 'dexie'`,
    load: () => import('../contenders/documents/dexie.ts').then((m) => m.open),
  },
  {
    id: 'indexeddb',
    name: 'idb',
    against: 'holdfast',
    imports: `export { openDB } from 'idb'`,
    load: () => import('../contenders/documents/idb.ts').then((m) => m.open),
  },
  {
    id: 'rxdb',
    name: 'RxDB, Dexie storage',
    against: 'holdfast',
    imports: `export { createRxDatabase } from 'rxdb/plugins/core'; export { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'`,
    load: () => import('../contenders/documents/rxdb.ts').then((m) => m.open),
  },
  {
    id: 'tinybase',
    name: 'TinyBase (ids only)',
    against: 'holdfast',
    imports: `export { createStore } from 'tinybase'; export { createQueries } from 'tinybase/queries'; export { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db'`,
    load: () => import('../contenders/documents/tinybase.ts').then((m) => m.open),
  },
  {
    id: 'tanstack',
    name: 'TanStack DB, in memory',
    against: 'holdfast',
    imports: `export { createCollection, createLiveQueryCollection, localOnlyCollectionOptions, BTreeIndex, eq } from '@tanstack/db'`,
    only: ['again', 'live', 'liveFirst', 'heap'],
    load: () => import('../contenders/documents/tanstack.ts').then((m) => m.inMemory),
  },
  {
    id: 'tanstack-local',
    name: 'TanStack DB, localStorage',
    against: 'holdfast',
    imports: `export { createCollection, createLiveQueryCollection, localStorageCollectionOptions, BTreeIndex, eq } from '@tanstack/db'`,
    most: 10_000,
    load: () => import('../contenders/documents/tanstack.ts').then((m) => m.onLocalStorage),
  },
  {
    id: 'signaldb',
    name: 'SignalDB',
    against: 'holdfast',
    imports: `export { Collection, createIndex, createReactivityAdapter } from '@signaldb/core'; export { default as createIndexedDBAdapter } from '@signaldb/indexeddb'`,
    load: () => import('../contenders/documents/signaldb.ts').then((m) => m.open),
  },
  {
    id: 'lokijs',
    name: 'LokiJS, incremental',
    against: 'holdfast',
    imports: `export { default as Loki } from 'lokijs'; export { default as IncrementalIndexedDBAdapter } from 'lokijs/src/incremental-indexeddb-adapter'`,
    load: () => import('../contenders/documents/lokijs.ts').then((m) => m.open),
  },
  {
    id: 'idb-keyval',
    name: 'idb-keyval, one value',
    against: 'holdfast',
    imports: `export { get, set } from 'idb-keyval'`,
    load: () => import('../contenders/documents/idb-keyval.ts').then((m) => m.open),
  },
];
