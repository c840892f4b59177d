import type { DriverChange, Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';
import { blobOf } from './guest-bytes.ts';
import { decodeKey, encodeKey, type GuestKey } from './guest-key.ts';

/** What is stored of a database itself. */
interface Schema {
  readonly version: number;
  readonly stores: readonly string[];
}

interface Handle {
  readonly database: string;
  stores: readonly string[];
  /** What others have changed since it was last asked for, by its place. */
  readonly changed: Map<string, { store: string; key: GuestKey }>;
}

/** A write of a batch: `value` is JSON text or a Blob, or absent for what is to be removed. */
interface BatchItem {
  readonly store: string;
  readonly key: GuestKey;
  readonly value?: string | Blob;
}

export interface GuestDatabases {
  open(name: unknown, version?: unknown, schemaJson?: unknown): Promise<number>;
  put(handle: unknown, store: string, key: GuestKey, value: string): Promise<void>;
  get(handle: unknown, store: string, key: GuestKey): Promise<string | undefined>;
  remove(handle: unknown, store: string, key: GuestKey): Promise<void>;
  keys(handle: unknown, store: string): Promise<string>;
  batch(handle: unknown, json: string): Promise<void>;
  putBlob(handle: unknown, store: string, key: GuestKey, bytes: unknown, type?: string): Promise<void>;
  getBlob(handle: unknown, store: string, key: GuestKey): Promise<Blob | undefined>;
  changes(handle: unknown): string;
  close(handle: unknown): void;
}

/**
 * Databases with object stores for one guest, as entries of a driver. Their version is remembered and never physical: nobody waits
 * for anybody's upgrade. Handles count from 0 and are never used again.
 */
export function guestDatabases(driver: StorageDriver, owner: string): GuestDatabases {
  const handles: (Handle | undefined)[] = [];
  const root = encodePath([owner, '(guest databases)']);
  const schemaKey = (database: string): string => encodePath([owner, '(guest schemas)', database]);
  const storeKey = (database: string, store: string): string => root + encodePath([database, store]);
  let watching: Promise<unknown> | undefined;

  function heldBy(handle: unknown): Handle {
    const held = Number.isInteger(handle) ? handles[handle as number] : undefined;
    if (!held) throw new StoreError('CLOSED', `invalid db handle: ${String(handle)}`);
    return held;
  }

  function parse(json: unknown, what: string): unknown {
    try {
      return JSON.parse(String(json));
    } catch (cause) {
      throw new StoreError('INVALID_VALUE', `Cannot read ${what}: it is no JSON`, { cause });
    }
  }

  async function readSchema(database: string): Promise<{ schema: Schema; version?: string | undefined }> {
    const entry = await driver.get(schemaKey(database));
    return { schema: entry ? (JSON.parse(String(entry.value)) as Schema) : { version: 0, stores: [] }, version: entry?.version };
  }

  /** The prefix of a store that exists; it may have been made by another handle or tab. */
  async function reach(handle: Handle, store: string): Promise<string> {
    if (!handle.stores.includes(store)) handle.stores = (await readSchema(handle.database)).schema.stores;
    if (!handle.stores.includes(store))
      throw new StoreError('INVALID_ARGUMENT', `Cannot find the store "${store}" in the database "${handle.database}"`);
    return storeKey(handle.database, store);
  }

  async function read(handle: unknown, store: string, key: GuestKey): Promise<unknown> {
    return (await driver.get((await reach(heldBy(handle), store)) + encodePath([encodeKey(key)])))?.value;
  }

  async function write(handle: Handle, items: readonly BatchItem[]): Promise<void> {
    const operations: Operation<unknown>[] = [];
    for (const { store, key, value } of items) {
      const place = (await reach(handle, store)) + encodePath([encodeKey(key)]);
      if (value === undefined) operations.push({ type: 'delete', key: place });
      else operations.push({ type: 'set', key: place, value: value instanceof Blob ? value : JSON.stringify(parse(value, 'the value')) });
    }
    await driver.commit?.(operations);
  }

  function onChange(change: DriverChange): void {
    if (change.type === 'reset') return;
    for (const key of change.keys) {
      if (!key.startsWith(root)) continue;
      const [database, store, name] = decodePath(key.slice(root.length));
      if (store === undefined || name === undefined) continue;
      for (const held of handles)
        if (held !== undefined && held.database === database) held.changed.set(key, { store, key: decodeKey(name) });
    }
  }

  return {
    async open(name, version, schemaJson) {
      const database = String(name);
      if (version !== undefined && version !== null && !(Number.isInteger(version) && (version as number) > 0))
        throw new StoreError('INVALID_ARGUMENT', 'Cannot open a database of this version: a whole number from 1 is needed');
      const asked = schemaJson ? ((parse(schemaJson, 'the schema') as { stores?: unknown } | null)?.stores ?? []) : [];
      if (!Array.isArray(asked) || !asked.every((store) => typeof store === 'string'))
        throw new StoreError('INVALID_ARGUMENT', 'Cannot read the schema: {"stores": ["name"]} is needed');
      watching ??= driver.watch?.(onChange).catch(() => undefined);
      await watching;
      for (;;) {
        const { schema, version: stamp } = await readSchema(database);
        const wanted = (version as number | undefined | null) ?? Math.max(1, schema.version);
        if (wanted < schema.version)
          throw new StoreError('NEWER_DATA', `The requested version (${wanted}) is less than the existing version (${schema.version})`);
        const stores = [...new Set([...schema.stores, ...(asked as string[])])];
        const isSame = wanted === schema.version && stores.length === schema.stores.length;
        const operation = { type: 'set', key: schemaKey(database), value: JSON.stringify({ version: wanted, stores }) } as const;
        // Another tab may have opened it meanwhile: its stores are kept.
        if (isSame || (await driver.commit?.([operation], { checks: [{ key: operation.key, version: stamp }] })))
          return handles.push({ database, stores, changed: new Map() }) - 1;
      }
    },
    async put(handle, store, key, value) {
      await write(heldBy(handle), [{ store, key, value: String(value) }]);
    },
    async get(handle, store, key) {
      const value = await read(handle, store, key);
      if (value instanceof Blob)
        throw new StoreError(
          'UNSUPPORTED_VALUE',
          'Cannot give bytes as JSON: they were stored with idb_put_blob. Read them with idb_get_blob',
        );
      return value === undefined ? undefined : String(value);
    },
    async remove(handle, store, key) {
      await write(heldBy(handle), [{ store, key }]);
    },
    async keys(handle, store) {
      const prefix = await reach(heldBy(handle), store);
      const found: GuestKey[] = [];
      for await (const batch of driver.list({ prefix, keysOnly: true }))
        for (const { key } of batch) found.push(decodeKey(decodePath(key.slice(prefix.length))[0] ?? ''));
      return JSON.stringify(found);
    },
    async batch(handle, json) {
      const items = parse(json, 'the batch');
      if (!Array.isArray(items))
        throw new StoreError('INVALID_ARGUMENT', 'Cannot read the batch: a list of {"store", "key", "value"} is needed');
      await write(
        heldBy(handle),
        items.map(({ store, key, value }) => ({ store, key, ...(value === undefined ? {} : { value: JSON.stringify(value) }) })),
      );
    },
    async putBlob(handle, store, key, bytes, type) {
      if (!driver.blobs) throw new StoreError('UNSUPPORTED_VALUE', `Cannot keep bytes on "${driver.name}": it holds none`);
      await write(heldBy(handle), [{ store, key, value: blobOf(bytes, type) }]);
    },
    async getBlob(handle, store, key) {
      const value = await read(handle, store, key);
      if (value === undefined || value instanceof Blob) return value;
      throw new StoreError('UNSUPPORTED_VALUE', 'Cannot give JSON as bytes: it was stored with idb_put. Read it with idb_get');
    },
    changes(handle) {
      const { changed } = heldBy(handle);
      const json = JSON.stringify([...changed.values()]);
      changed.clear();
      return json;
    },
    close(handle) {
      if (Number.isInteger(handle) && (handle as number) < handles.length && (handle as number) >= 0) handles[handle as number] = undefined;
    },
  };
}
