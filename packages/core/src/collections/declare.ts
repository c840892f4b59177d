import { StoreError } from '../errors.ts';
import type { CollectionKey, CollectionOptions } from './collection.ts';
import { openDocuments } from './documents.ts';

/** Declares a collection of documents: `notes: collection<Note>()`. */
export function collection<Doc extends object>(options: CollectionOptions<Doc> = {}): CollectionKey<Doc> {
  const version = options.version ?? 1;
  if (!(Number.isSafeInteger(version) && version > 0))
    throw new StoreError('INVALID_ARGUMENT', `Cannot use the data version ${version}: it is a whole number from 1`);
  const declared: CollectionKey<Doc> = {
    kind: 'collection',
    options,
    version,
    open: (name, store, home) => openDocuments(name, store, declared, home),
  };
  return declared;
}
