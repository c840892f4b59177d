import type { Collection } from './collections/collection.ts';
import { StoreError } from './errors.ts';
import type { Persisted } from './keys/persisted.ts';
import type { Store } from './store-interface.ts';

/**
 * Tells the types which store is meant where only the name of a key is given. Once in an app:
 * `declare module '@holdfast/core' { interface Register { store: typeof store } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps fill it by module augmentation
export interface Register {}

/** The store that the app has registered, else any store. */
export type RegisteredStore = Register extends { readonly store: infer Registered } ? Registered : Store;

type KeysOf<S> = S extends { readonly keys: infer Keys } ? Keys : never;

/** What a bare name may say: the keys of the registered store, without its families. */
export type KeyName<Keys = KeysOf<RegisteredStore>> = string extends keyof Keys
  ? string
  : { [Name in keyof Keys]: Keys[Name] extends Persisted<infer _> ? Name : never }[keyof Keys] & string;

/** The value of a key of the registered store; `unknown` where none is registered. */
export type KeyValue<Name extends string, Keys = KeysOf<RegisteredStore>> = Name extends keyof Keys
  ? Keys[Name] extends Persisted<infer T>
    ? T
    : unknown
  : never;

type CollectionsOf<S> = S extends { readonly collections: infer Opened } ? Opened : never;

/** The names of the collections of the registered store. */
export type CollectionName<Opened = CollectionsOf<RegisteredStore>> = keyof Opened & string;

/** The documents of a collection of the registered store, without the fields that every document has. */
export type DocumentNamed<Name extends string, Opened = CollectionsOf<RegisteredStore>> = Name extends keyof Opened
  ? Opened[Name] extends Collection<infer Doc>
    ? Doc
    : never
  : never;

/** Finds a key by its name. @throws {StoreError} `INVALID_ARGUMENT`, with the nearest name that there is */
export function keyNamed(store: { readonly name: string; readonly keys: object }, name: string): Persisted<unknown> {
  const found = named(store.keys, name) as Persisted<unknown> | (() => unknown) | undefined;
  if (typeof found === 'object') return found;
  const hint = found ? `it is a family, used as \`store.keys.${name}(argument)\`` : nearest(store.keys, name);
  throw new StoreError('INVALID_ARGUMENT', `Cannot use the key "${name}" of "${store.name}": ${hint}`);
}

/** Finds a declared collection by its name. @throws {StoreError} `INVALID_ARGUMENT`, with the nearest name that there is */
export function collectionNamed(store: { readonly name: string; readonly collections: object }, name: string): Collection<unknown> {
  const found = named(store.collections, name);
  if (found) return found as Collection<unknown>;
  throw new StoreError('INVALID_ARGUMENT', `Cannot use the collection "${name}" of "${store.name}": ${nearest(store.collections, name)}`);
}

function named(all: object, name: string): unknown {
  return Object.hasOwn(all, name) ? all[name as never] : undefined;
}

function nearest(all: object, name: string): string {
  const [nearest] = Object.keys(all).sort((a, b) => distance(a, name) - distance(b, name));
  return `there is none of this name${nearest ? `. Did you mean "${nearest}"?` : ''}`;
}

/** How many letters to add, drop or change. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const line = [row + 1];
    for (let column = 0; column < to.length; column++)
      line.push(Math.min((line[column] ?? 0) + 1, (above[column + 1] ?? 0) + 1, (above[column] ?? 0) + Number(letter !== to[column])));
    above = line;
  }
  return above.at(-1) ?? 0;
}
