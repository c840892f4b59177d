import { browserPorts } from '../browser.ts';
import type { Codec } from '../codec.ts';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { Ports } from '../ports.ts';
import { changesOf } from './changes.ts';
import { entriesOf } from './entries.ts';
import { namespace } from './namespace.ts';
import { newId } from './new-id.ts';
import { watchKey } from './watch-key.ts';

/** How long a value lives, or `never` where the store has a lifetime of its own. */
export type Lifetime = Duration | 'never';

/** How a key-value store is made. */
export interface KvOptions {
  /** The namespace of the store in its driver. @default 'kv' */
  prefix?: string;
  /** How long values live. @default 'never' */
  expires?: Lifetime;
  /** How values become text, in drivers that hold text. @default the codec of the driver, else `json` */
  codec?: Codec;
  /** What the store needs of its surroundings. @default the browser's */
  ports?: Partial<Ports>;
}

/** How one value is kept. */
export interface SetOptions {
  /** How long this value lives. `0` removes it. @default that of the store */
  expires?: Lifetime;
}

/** Which keys of the store were written or removed; `reset`: perhaps any of them. */
export type KvChange = { readonly type: 'change'; readonly keys: readonly string[] } | { readonly type: 'reset' };

/**
 * Values under keys, on any driver. Every method rejects with a `StoreError`, or it worked. Absent is `undefined`; to set
 * `undefined` removes. Values are copied in and out.
 */
export interface Kv<T = unknown> {
  /** @throws {StoreError} `CORRUPT` where something lies under the key that is no value */
  get<V extends T = T>(key: string): Promise<V | undefined>;
  getMany<V extends T = T>(keys: readonly string[]): Promise<(V | undefined)[]>;
  has(key: string): Promise<boolean>;
  /** Resolves to the key when the value is stored. @throws {StoreError} `UNSUPPORTED_VALUE` with the path of what cannot be stored */
  set<V extends T = T>(key: string, value: V | undefined, options?: SetOptions): Promise<string>;
  /** All or nothing on drivers with commits. */
  setMany(entries: Iterable<readonly [key: string, value: T | undefined]>, options?: SetOptions): Promise<void>;
  /** Stores it under a new key: 24 letters and digits. Resolves to the key. */
  add<V extends T = T>(value: V, options?: SetOptions): Promise<string>;
  /**
   * Read, change and write as one step: what another process writes meanwhile is not lost but changed again, so `change` may run
   * several times. Keeps the deadline of a value that is there, unless `expires` is given. Resolves to the new value.
   */
  update<V extends T = T>(
    key: string,
    change: (fresh: V | undefined) => V | undefined | Promise<V | undefined>,
    options?: SetOptions,
  ): Promise<V | undefined>;
  /** Resolves to whether there was a value. */
  delete(key: string): Promise<boolean>;
  /** All of them at once, in the order of keys, as `values`, `entries` and `all` give them; to go through many, iterate. */
  keys(): Promise<string[]>;
  values<V extends T = T>(): Promise<V[]>;
  entries<V extends T = T>(): Promise<[key: string, value: V][]>;
  all<V extends T = T>(): Promise<Record<string, V>>;
  [Symbol.asyncIterator](): AsyncIterableIterator<[key: string, value: T]>;
  /** Removes all entries of this store and of those below it, and nothing else. */
  clear(): Promise<void>;
  /** Removes what has expired, in this store and those below it. Resolves to how many entries that were. */
  prune(): Promise<number>;
  /** The store below this one under a name: a namespace of its own, which this one neither lists nor reads. */
  prefix<V extends T = T>(name: string): Kv<V>;
  /** The same store, with another lifetime of what it sets. */
  expires<V extends T = T>(lifetime: Lifetime): Kv<V>;
  /** A store by its name: wherever it is called, the one below that which `kv()` gave. */
  store<V extends T = T>(name: string): Kv<V>;
  /** Calls back with the value after each change of it: our own, the end of its lifetime, and where the driver watches those of others. Resolves when it is live. */
  watch<V extends T = T>(key: string, listener: (value: V | undefined) => void): Promise<() => void>;
  /** Calls back with the keys that were changed. */
  watch(listener: (change: KvChange) => void): Promise<() => void>;
  /** For this store and all that come from the same `kv()`. Lets go of what the driver opened itself. */
  close(): Promise<void>;
}

/** A key-value store. Without a driver it lives in memory. */
export function kv<T = unknown>(
  storage: StorageDriver = memory(),
  { prefix = 'kv', expires = 'never', codec, ports: some }: KvOptions = {},
): Kv<T> {
  const ports: Ports = { ...browserPorts(), randomId: newId, ...some };
  const driver = storage.named?.(prefix, ports) ?? storage;
  const changes = changesOf(driver, ports);
  const entries = entriesOf(driver, ports, codec ?? storage.codec, changes.tell);

  function open(path: readonly string[], lifetimeMs: number | undefined): Kv {
    const space = namespace(path, driver.limits?.maxKeyBytes);

    /** When a value that is set now ends. */
    function deadline({ expires }: SetOptions = {}): number | undefined {
      const lifetime = expires === undefined ? lifetimeMs : lifetimeOf(expires);
      return lifetime === undefined ? undefined : ports.now() + lifetime;
    }

    async function* batches(): AsyncIterable<[key: string, value: unknown][]> {
      for await (const batch of entries.list(space.prefix)) {
        const found: [string, unknown][] = [];
        for (const [at, { value }] of batch) {
          const key = space.keyOf(at);
          if (key !== undefined) found.push([key, value]);
        }
        yield found;
      }
    }

    async function list(): Promise<[key: string, value: unknown][]> {
      const found: [string, unknown][] = [];
      for await (const batch of batches()) for (const entry of batch) found.push(entry);
      return found;
    }

    const read = async (key: string): Promise<unknown> => (await entries.read(space.pathOf(key)))?.value;

    const store: Kv = {
      get: read as Kv['get'],
      getMany: ((keys) => Promise.all(keys.map(read))) as Kv['getMany'],
      has: async (key) => (await entries.read(space.pathOf(key))) !== undefined,
      async set(key, value, options) {
        await entries.set(space.pathOf(key), { value, expiresAtMs: deadline(options) });
        return key;
      },
      async setMany(pairs, options) {
        const expiresAtMs = deadline(options);
        await entries.setMany(new Map(Array.from(pairs, ([key, value]) => [space.pathOf(key), { value, expiresAtMs }])));
      },
      async add(value, options) {
        const content = { value, expiresAtMs: deadline(options) };
        for (;;) {
          const key = ports.randomId();
          if (await entries.create(space.pathOf(key), content)) return key;
        }
      },
      update: (async (key, change, options) =>
        entries.update(space.pathOf(key), async (before) => ({
          value: await change(before?.value as never),
          expiresAtMs: before && options?.expires === undefined ? before.expiresAtMs : deadline(options),
        }))) as Kv['update'],
      delete: async (key) => entries.remove(space.pathOf(key)),
      keys: async () => (await list()).map(([key]) => key),
      values: (async () => (await list()).map(([, value]) => value)) as Kv['values'],
      entries: list as Kv['entries'],
      all: (async () => Object.fromEntries(await list())) as Kv['all'],
      async *[Symbol.asyncIterator]() {
        for await (const batch of batches()) yield* batch;
      },
      clear: () => entries.clear(space.prefix, space.holds),
      prune: () => entries.prune(space.prefix, space.holds),
      prefix: ((name) => open([...path, name], lifetimeMs)) as Kv['prefix'],
      expires: ((lifetime) => open(path, lifetimeOf(lifetime))) as Kv['expires'],
      store: ((name) => open([prefix, name], lifetimeOf(expires))) as Kv['store'],
      watch: (async (...[first, listener]: [string, (value: unknown) => void] | [(change: KvChange) => void, undefined?]) => {
        if (typeof first === 'string')
          return watchKey({ changes, ports, path: space.pathOf(first), read: entries.read, listener: listener as () => void });
        return changes.listen((change) => {
          if (change.type === 'reset') return first(change);
          const keys = change.keys.flatMap((at) => space.keyOf(at) ?? []);
          if (keys.length > 0) first({ type: 'change', keys });
        });
      }) as Kv['watch'],
      async close() {
        changes.close();
        await entries.close();
      },
    };
    return store;
  }

  return open([prefix], lifetimeOf(expires)) as Kv<T>;
}

function lifetimeOf(expires: Lifetime): number | undefined {
  return expires === 'never' ? undefined : milliseconds(expires);
}
