import { versionOf } from '../schema.ts';
import type { CollectionOptions, Declared } from './collection.ts';
import { openCollections } from './open-collections.ts';

/** A declared collection. Carries the code that opens it, so that a store without collections pays for none. */
export interface CollectionKey<Doc> extends Declared<Doc> {
  readonly kind: 'collection';
  readonly openAll: typeof openCollections;
}

/** Declares a collection of documents: `notes: collection<Note>()`. */
export function collection<Doc extends object>(options: CollectionOptions<Doc> = {}): CollectionKey<Doc> {
  return { kind: 'collection', options, version: versionOf(options), openAll: openCollections };
}
