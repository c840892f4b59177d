import { browserPorts } from '../browser.ts';
import { collection } from '../collections/declare.ts';
import type { StorageDriver } from '../driver.ts';
import { indexedDb } from '../drivers/indexed-db.ts';
import { decodePath, encodePath } from '../key-path.ts';
import { kv } from '../kv/kv.ts';
import { logged } from '../logged.ts';
import type { Ports } from '../ports.ts';
import { createStore } from '../store.ts';
import type { ErrorListener } from '../store-interface.ts';
import { CONTENTS } from '../store-interface.ts';
import { type PatchDb, patchDb } from './patch-db.ts';
import { type LocalPatchKv, patchKv } from './patch-kv.ts';
import { weigh } from './weigh.ts';

export interface PatchOptions {
  /** Where the patch lies. @default `indexedDb()`: a database of its own */
  storage?: StorageDriver;
  /** Hears of failures in the background. @default the page's error event */
  onError?: ErrorListener;
  ports?: Partial<Ports>;
}

/** What one node of a patch, or all nodes that name a store, have stored. */
export interface PatchUsage {
  /** The node, of a store without a name. */
  readonly node?: string;
  readonly name?: string;
  /** In `kv`. */
  readonly keys: number;
  /** In `db`. */
  readonly documents: number;
  /** About. */
  readonly bytes: number;
}

export interface PatchScope {
  readonly kv: LocalPatchKv;
  readonly db: PatchDb;
}

/** The storage of one patch. `kv` and `db` are shared by all nodes; those of a node are its own until they go to a named store. */
export interface PatchStorage {
  readonly id: string;
  /** What a node sees: without a name its own store, `store(name)` one that it shares with every node that names it. */
  node(id: string): PatchScope;
  store(name: string): PatchScope;
  hasData(): Promise<boolean>;
  usage(): Promise<PatchUsage[]>;
  /** Empties the stores of nodes that are none of these any more. Resolves to the ids of those nodes. */
  removeOrphans(nodes: Iterable<string>): Promise<string[]>;
  /** Empties all stores, in every tab. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const nameOf = (patchId: string): string => `holdfast-patch:${patchId}`;

/** Storage for the `kv` and `db` objects of a visual patch: a database of its own, the same in every tab that has the patch open. */
export function patchStorage(patchId: string, options: PatchOptions = {}): PatchStorage {
  const name = nameOf(patchId);
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const storage = logged(options.storage ?? indexedDb());
  const values = kv(storage, { prefix: name, ports });
  const store = createStore({
    name,
    storage,
    ports,
    ...(options.onError ? { onError: options.onError } : {}),
    // How the collections that the patch makes are opened; it holds no document itself.
    collections: { '': collection<Record<string, unknown>>() },
  });

  const open = (kind: 'node' | 'name', id: string): PatchScope => ({
    kv: patchKv(values.prefix('(kv)').prefix(kind).prefix(id), (named) => open('name', named).kv),
    db: patchDb(
      (collection) => store.collection(encodePath([kind, id, collection])),
      (named) => open('name', named).db,
    ),
  });

  /** What lies in storage, each entry with the path behind the name of the patch. */
  async function* stored(): AsyncIterable<{ path: string[]; value: unknown }> {
    const prefix = encodePath([name]);
    for (const { driver } of store[CONTENTS]().homes) {
      for await (const batch of driver.list({ prefix }))
        for (const { key, value } of batch) yield { path: decodePath(key).slice(1), value };
      // What is in no segment yet.
      const { batches = [] } = (await driver.changes?.(0)) ?? {};
      for (const { key, value } of batches) if (key.startsWith(prefix)) yield { path: decodePath(key).slice(1), value };
    }
  }

  interface Found {
    readonly kind: 'node' | 'name';
    readonly id: string;
    readonly collections: Set<string>;
    keys: number;
    bytes: number;
  }

  async function survey(): Promise<Found[]> {
    const found = new Map<string, Found>();
    for await (const { path, value } of stored()) {
      const [root, ...rest] = path;
      const [kind, id, name] = root === '(kv)' ? rest : decodePath(rest[0] ?? '');
      if (id === undefined || (kind !== 'node' && kind !== 'name')) continue;
      const scope = found.get(encodePath([kind, id])) ?? { kind, id, collections: new Set(), keys: 0, bytes: 0 };
      found.set(encodePath([kind, id]), scope);
      scope.bytes += weigh(value);
      if (root === '(kv)') scope.keys++;
      else if (name !== undefined) scope.collections.add(name);
    }
    return [...found.values()];
  }

  async function usage(): Promise<PatchUsage[]> {
    const all: PatchUsage[] = [];
    for (const { kind, id, collections, keys, bytes } of await survey()) {
      const counts = await Promise.all(Array.from(collections, (each) => open(kind, id).db.count(each)));
      const documents = counts.reduce((sum, count) => sum + count, 0);
      if (keys + documents > 0) all.push({ [kind]: id, keys, documents, bytes });
    }
    return all;
  }

  async function empty({ kind, id, collections }: Found): Promise<void> {
    const { kv, db } = open(kind, id);
    await kv.clear();
    for (const each of collections) await db.drop(each);
  }

  return {
    id: patchId,
    node: (id) => open('node', id),
    store: (name) => open('name', name),
    usage,
    hasData: async () => (await usage()).length > 0,
    async removeOrphans(nodes) {
      const living = new Set(nodes);
      const orphans = (await usage()).flatMap(({ node }) => (node !== undefined && !living.has(node) ? [node] : []));
      for (const found of await survey()) if (found.kind === 'node' && orphans.includes(found.id)) await empty(found);
      return orphans;
    },
    async clear() {
      for (const found of await survey()) await empty(found);
    },
    async close() {
      await store.close();
      await values.close();
    },
  };
}

/** Whether anything of the patch is stored. Makes no database where there is none. @throws {StoreError} (rejects) */
export async function hasPatchData(patchId: string, options: PatchOptions = {}): Promise<boolean> {
  if (!options.storage) {
    // Where it is denied, opening it says so.
    const databases = await globalThis.indexedDB?.databases?.().catch(() => undefined);
    if (databases && !databases.some(({ name }) => name === nameOf(patchId))) return false;
  }
  const patch = patchStorage(patchId, options);
  try {
    return await patch.hasData();
  } finally {
    await patch.close();
  }
}

/** Deletes all that the patch has stored, in every tab, and its database. @throws {StoreError} (rejects) */
export async function deletePatchData(patchId: string, options: PatchOptions = {}): Promise<void> {
  const patch = patchStorage(patchId, options);
  try {
    await patch.clear();
  } finally {
    await patch.close();
  }
  if (options.storage) return;
  // Empty by now: where another tab does not let go of it, an empty database stays.
  await new Promise<void>((done) => {
    const request = indexedDB.deleteDatabase(nameOf(patchId));
    request.onsuccess = request.onerror = request.onblocked = () => done();
  });
}
