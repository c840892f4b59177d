import type { Kv } from '../kv/kv.ts';

/** Values under keys, of one node or of all nodes that name the store. Values are whatever structured clone carries, Blobs too. */
export interface PatchKv {
  get(key: string): Promise<unknown>;
  /** Resolves once the value is stored. `undefined` removes. */
  set(key: string, value: unknown): Promise<void>;
  /** Resolves to whether there was a value. */
  delete(key: string): Promise<boolean>;
  has(key: string): Promise<boolean>;
  keys(): Promise<string[]>;
  clear(): Promise<void>;
  /** Calls back with the value after each change of it, by anyone. Resolves when it is live. Returns the function that ends it. */
  watch(key: string, listener: (value: unknown) => void): Promise<() => void>;
  /** The store that all nodes of the patch share that name it. */
  store(name: string): PatchKv;
}

/** With what cannot go over a port. */
export interface LocalPatchKv extends PatchKv {
  /** Reads, changes and writes as one step: two at once lose nothing. `change` may run several times. */
  update(key: string, change: (fresh: unknown) => unknown): Promise<unknown>;
  store(name: string): LocalPatchKv;
}

export function patchKv(values: Kv, store: (name: string) => LocalPatchKv): LocalPatchKv {
  return {
    get: values.get,
    async set(key, value) {
      await values.set(key, value);
    },
    delete: values.delete,
    has: values.has,
    keys: values.keys,
    clear: values.clear,
    watch: (key, listener) => values.watch(key, listener),
    update: (key, change) => values.update(key, change),
    store,
  };
}
