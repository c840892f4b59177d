import type { Collection } from './collections/collection.ts';
import type { CollectionKey } from './collections/declare.ts';
import type { Editor } from './collections/editor.ts';
import type { KeyEditor } from './collections/transaction.ts';
import type { BlobStorage } from './driver.ts';
import type { HasBlob, Key, KeyFamily } from './keys/key.ts';
import type { Persisted } from './keys/persisted.ts';

// biome-ignore lint/suspicious/noExplicitAny: a registry holds keys of every type, and `unknown` refuses them all
export type Declaration = Key<any> | KeyFamily<any, any>;

/** The declared keys of a store, by name. */
export type Keys = Readonly<Record<string, Declaration>>;

/** What `store.keys` holds for a declaration: the persisted value, or for a family the function that gives the one for an argument. */
export type PersistedOf<Declared> =
  Declared extends Key<infer T>
    ? Persisted<T>
    : Declared extends KeyFamily<infer T, infer Argument>
      ? (argument: Argument) => Persisted<T>
      : never;

/** The declared collections of a store, by name. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds documents of every type, and `unknown` refuses them all
export type Collections = Readonly<Record<string, CollectionKey<any>>>;

/** The message of the compile error for a `Blob` in a storage that holds text. */
export interface BlobNeedsAnotherStorage {
  readonly 'a Blob cannot be kept here: give the key a storage that carries Blobs, such as indexedDb()': never;
}

/** Refuses a key with a `Blob` in its type that would live in a default storage that cannot carry one. */
export type Fitting<K extends Keys, Default> = {
  [Name in keyof K]: K[Name] extends Key<infer T, 'default'> | KeyFamily<infer T, never, 'default'>
    ? true extends HasBlob<T>
      ? Default extends BlobStorage
        ? K[Name]
        : BlobNeedsAnotherStorage
      : K[Name]
    : K[Name];
};

/** What `store.collections` holds for a declaration. */
export type CollectionOf<Declared> = Declared extends CollectionKey<infer Doc> ? Collection<Doc> : never;

/** The keys and collections of a store inside a transaction. */
export interface Transaction<K extends Keys, C extends Collections> {
  readonly keys: { readonly [Name in keyof K]: KeyEditorOf<K[Name]> };
  readonly collections: { readonly [Name in keyof C]: C[Name] extends CollectionKey<infer Doc> ? Editor<Doc> : never };
}

type KeyEditorOf<Declared> =
  Declared extends Key<infer T>
    ? KeyEditor<T>
    : Declared extends KeyFamily<infer T, infer Argument>
      ? (argument: Argument) => KeyEditor<T>
      : never;
