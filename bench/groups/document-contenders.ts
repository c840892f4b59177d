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
];
