import type { BlobStorage, StorageDriver } from '../driver.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { type Schema, versionOf } from '../schema.ts';

/** True when a value of this type may hold a `Blob`, three levels deep. */
export type HasBlob<T, Depth extends readonly unknown[] = []> = unknown extends T
  ? false
  : true extends (T extends Blob ? true : T extends object ? PartHasBlob<T, Depth> : false)
    ? true
    : false;

type PartHasBlob<T extends object, Depth extends readonly unknown[]> = Depth['length'] extends 3
  ? false
  : T extends ReadonlyMap<infer K, infer V>
    ? HasBlob<K | V, [...Depth, 0]>
    : T extends ReadonlySet<infer V> | readonly (infer V)[]
      ? HasBlob<V, [...Depth, 0]>
      : T extends Date | RegExp | ArrayBufferLike | ArrayBufferView | Error | URL | ((...args: never) => unknown)
        ? false
        : true extends { [K in keyof T]: HasBlob<T[K], [...Depth, 0]> }[keyof T]
          ? true
          : false;

/** The storages that can hold a `T`: for a type with a `Blob` in it only those that carry Blobs. */
export type StorageFor<T> = true extends HasBlob<T> ? BlobStorage : StorageDriver;

/** How a value is kept. */
export interface KeyOptions<T> {
  /** Where this key lives. @default the store's `storage` */
  storage?: StorageFor<T> | undefined;
  /** Gathers changes for this long before they are written, in milliseconds; leaving the page writes at once. @default 0: the end of the turn */
  delayMs?: number;
  /** Forgets the value this long after it was last set: milliseconds, or text such as `30d`. @default never */
  expires?: Duration;
  /** Read and write only what it accepts; its output is the value. Must validate synchronously. */
  schema?: Schema<T>;
  /** Version of the data's shape, a whole number from 1. Data of a newer version is read-only. @default 1 */
  version?: number;
  /** `migrate[n]` turns data of version n − 1 into version n. Runs when older data is read; what is stored stays until the result is valid. */
  migrate?: Readonly<Record<number, (old: never) => unknown>>;
  /** While nothing is stored, starts from what this storage holds under the same name: a session key begun from a local one. */
  seed?: StorageDriver;
}

/** A declared key: what `key()` gives and `createStore` takes. */
export interface Key<T, Where extends 'own' | 'default' = 'own' | 'default'> {
  readonly kind: 'key';
  /** The value while nothing is stored. */
  readonly initial: T;
  readonly options: KeyOptions<T>;
  /** Milliseconds a value lives after it was set. */
  readonly lifetimeMs: number | undefined;
  readonly version: number;
  /** In types only: whether the key names its own storage. */
  readonly where?: Where;
}

/** A declared family: one key for each argument. */
export interface KeyFamily<T, Argument extends string, Where extends 'own' | 'default' = 'own' | 'default'> {
  readonly kind: 'family';
  readonly make: (argument: Argument) => Key<T, Where>;
}

type Own<T> = KeyOptions<T> & { storage: StorageFor<T> };
type Default<T> = KeyOptions<T> & { storage?: undefined };

/**
 * Declares a persisted value: its default, and how it is kept. A type with a `Blob` in it does not compile on a storage that cannot carry one.
 * @throws {StoreError} `INVALID_ARGUMENT` for a duration that cannot be read, or a version that is no whole number from 1
 */
export function key<T>(definition: Own<T> & { schema: Schema<T>; default: NoInfer<T> }): Key<T, 'own'>;
export function key<T>(definition: Default<T> & { schema: Schema<T>; default: NoInfer<T> }): Key<T, 'default'>;
export function key<T>(initial: T, options: Own<T>): Key<T, 'own'>;
export function key<T>(initial: T, options?: Default<T>): Key<T, 'default'>;
export function key<T>(first: T | (KeyOptions<T> & { default: T }), options?: KeyOptions<T>): Key<T> {
  const described = options === undefined && isDefinition<T>(first);
  const own = described ? first : (options ?? {});
  return {
    kind: 'key',
    initial: described ? first.default : (first as T),
    options: own,
    lifetimeMs: own.expires === undefined ? undefined : milliseconds(own.expires),
    version: versionOf(own),
  };
}

function isDefinition<T>(first: unknown): first is KeyOptions<T> & { default: T } {
  return typeof first === 'object' && first !== null && 'default' in first && 'schema' in first;
}

/** Declares one key for each argument: `panel: keyFamily((id: string) => key('open'))`, used as `store.keys.panel('left')`. */
export function keyFamily<T, Argument extends string = string, Where extends 'own' | 'default' = 'default'>(
  make: (argument: Argument) => Key<T, Where>,
): KeyFamily<T, Argument, Where> {
  return { kind: 'family', make };
}
