import type { Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';
import { encodePath } from '../key-path.ts';
import { packSet, type RecordFormat } from '../record.ts';
import type { DocumentChange, Stored } from './change.ts';
import { blobsPrefix } from './paths.ts';

/** What stands for a Blob in a stored document. A name that begins with `$` is refused in documents, so nothing else looks like it. */
interface Reference {
  readonly $blob: string;
}

/** Blobs lie beside the documents, each in an entry of its own that is never written again: a document changes without them. */
export interface Blobs {
  /** The value with references in place of its Blobs; itself where there are none. */
  lower<T>(value: T): T;
  /** The value with its Blobs; itself where there are none. A Blob that is missing is left out. */
  raise<T>(value: T): T;
  /** What stores those Blobs of these changes that are not stored yet. A promise where a codec must wait for bytes. */
  toStore(changes: readonly DocumentChange[]): (Operation<unknown> | Promise<Operation<unknown>>)[];
  /** The Blobs of these changes are stored. */
  stored(changes: readonly DocumentChange[]): void;
  /** Reads what `raise` needs for these changes. `undefined`: it has all. */
  fetch(changes: readonly DocumentChange[]): Promise<void> | undefined;
  /** All by their names. */
  all(): Iterable<[name: string, blob: Blob]>;
  /** A Blob that a document to come refers to by this name. */
  add(name: string, blob: Blob): void;
  /** What refers to these was gone for a while, and they may have been removed: they are stored again with what brings it back. Not those that the holder has. */
  renew(changes: readonly DocumentChange[], holder?: object): void;
  /** Takes a Blob's entry, if it is one. */
  take(key: string, raw: unknown): void;
  /** The keys of all entries. */
  keys(): Promise<string[]>;
  /** Those of the keys whose entries these documents do not refer to. */
  unused(keys: readonly string[], documents: Iterable<Stored>): string[];
}

export function createBlobs(path: string, driver: StorageDriver, format: RecordFormat, randomId: () => string): Blobs {
  const prefix = blobsPrefix(path);
  const keyOf = (name: string): string => prefix + encodePath([name]);
  const blobs = new Map<string, Blob>();
  const names = new WeakMap<Blob, string>();
  const unstored = new Set<string>();

  function keep(name: string, blob: Blob): void {
    blobs.set(name, blob);
    names.set(blob, name);
  }

  function nameOf(blob: Blob): string {
    const known = names.get(blob);
    if (known) return known;
    if (driver.holds === 'text' && !driver.blobs)
      throw new StoreError(
        'UNSUPPORTED_VALUE',
        `Cannot store a Blob in "${driver.name}": it holds text. Take a storage that carries Blobs`,
      );
    const name = randomId();
    keep(name, blob);
    unstored.add(name);
    return name;
  }

  function take(key: string, raw: unknown): void {
    if (raw === undefined || !key.startsWith(prefix)) return;
    const name = key.slice(prefix.length, -1);
    const { value } = format.unpack(raw);
    if (value instanceof Blob && !blobs.has(name)) keep(name, value);
  }

  function lower<T>(value: T): T {
    return map(value, (item) => (item instanceof Blob ? ({ $blob: nameOf(item) } satisfies Reference) : item));
  }

  function unstoredOf(changes: readonly DocumentChange[]): string[] {
    return unstored.size === 0 ? [] : referencesIn(changes).filter((name) => unstored.has(name));
  }

  return {
    lower,
    raise: (value) => (blobs.size === 0 ? value : map(value, (item) => (isReference(item) ? blobs.get(item.$blob) : item))),
    toStore: (changes) => unstoredOf(changes).map((name) => packSet(format, keyOf(name), { value: blobs.get(name), version: 1 })),
    stored(changes) {
      for (const name of unstoredOf(changes)) unstored.delete(name);
    },
    fetch(changes) {
      const missing = referencesIn(changes).filter((name) => !blobs.has(name));
      if (missing.length === 0) return undefined;
      const read = async (name: string): Promise<void> => take(keyOf(name), (await driver.get(keyOf(name)))?.value);
      return Promise.all(missing.map(read)).then(() => {});
    },
    take,
    all: () => [...blobs],
    renew(changes, holder) {
      const names = blobs.size === 0 ? [] : referencesIn(changes).filter((name) => blobs.has(name));
      if (names.length === 0) return;
      const held = referencesIn(lower(holder));
      for (const name of names) if (!held.includes(name)) unstored.add(name);
    },
    add(name, blob) {
      if (blobs.has(name)) return;
      keep(name, blob);
      unstored.add(name);
    },
    async keys() {
      const keys: string[] = [];
      for await (const entries of driver.list({ prefix, keysOnly: true })) keys.push(...entries.map(({ key }) => key));
      return keys;
    },
    unused(keys, documents) {
      const used = new Set(Array.from(unstored, keyOf));
      for (const { document } of documents) for (const name of referencesIn(document)) used.add(keyOf(name));
      return keys.filter((key) => !used.has(key));
    },
  };
}

function isReference(item: unknown): item is Reference {
  return isPlain(item) && typeof item.$blob === 'string';
}

/** Copies plain objects and arrays only along the way to what is replaced. */
function map<T>(value: T, replace: (item: unknown) => unknown): T {
  const item = replace(value);
  if (item !== value) return item as T;
  if (Array.isArray(value)) {
    const next = value.map((element) => map(element, replace) ?? null);
    return next.some((element, index) => element !== value[index]) ? (next as T) : value;
  }
  if (value instanceof Map || value instanceof Set) {
    const items = [...value];
    const next = map(items, replace);
    return next === items ? value : (new (value.constructor as typeof Map)(next as [unknown, unknown][]) as T);
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, map(part, replace)] as const);
  if (entries.every(([key, part]) => part === value[key])) return value;
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined)) as T;
}

function referencesIn(value: unknown, found: string[] = []): string[] {
  if (isReference(value)) found.push(value.$blob);
  else if (Array.isArray(value) || value instanceof Map || value instanceof Set) for (const item of value) referencesIn(item, found);
  else if (isPlain(value)) for (const key of Object.keys(value)) referencesIn(value[key], found);
  return found;
}
