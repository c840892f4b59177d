import type { Home } from '../home/home.ts';
import { logged } from '../logged.ts';
import { versionOf } from '../schema.ts';
import type { CollectionOptions, Declared } from './collection.ts';
import { type OpenCollection, openDocuments } from './documents.ts';
import { transact } from './transaction.ts';

/** A declared collection. Carries the code that opens it, so that a store without collections pays for none. */
export interface CollectionKey<Doc> extends Declared<Doc> {
  readonly kind: 'collection';
  open(name: string, store: string, home: Home): OpenCollection<Doc>;
  readonly transact: typeof transact;
  readonly logged: typeof logged;
}

/** Declares a collection of documents: `notes: collection<Note>()`. */
export function collection<Doc extends object>(options: CollectionOptions<Doc> = {}): CollectionKey<Doc> {
  const declared: CollectionKey<Doc> = {
    kind: 'collection',
    options,
    version: versionOf(options),
    transact,
    logged,
    open: (name, store, home) => openDocuments(name, store, declared, home),
  };
  return declared;
}
