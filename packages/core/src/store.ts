import { browserPorts } from './browser.ts';
import type { BlobStorage, StorageDriver } from './driver.ts';
import { type SaveResult, StoreError } from './errors.ts';
import { encodePath } from './key-path.ts';
import type { Cell } from './keys/cell.ts';
import { createHome, type Home } from './keys/home.ts';
import type { HasBlob, Key, KeyFamily } from './keys/key.ts';
import { persist } from './keys/persist.ts';
import type { Persisted } from './keys/persisted.ts';
import { batch } from './observable.ts';
import type { Ports } from './ports.ts';

// biome-ignore lint/suspicious/noExplicitAny: a registry holds keys of every type, and `unknown` refuses them all
type Declaration = Key<any> | KeyFamily<any, any>;

/** The declared keys of a store, by name. */
export type Keys = Readonly<Record<string, Declaration>>;

/** What `store.keys` holds for a declaration: the persisted value, or for a family the function that gives the one for an argument. */
export type PersistedOf<Declared> =
  Declared extends Key<infer T>
    ? Persisted<T>
    : Declared extends KeyFamily<infer T, infer Argument>
      ? (argument: Argument) => Persisted<T>
      : never;

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

export interface StoreOptions<K extends Keys, Default extends StorageDriver> {
  /** Names the database, the prefix of every key and the channel between tabs. Stores of one name share their data. */
  name: string;
  /** Where a key lives that does not say so itself. */
  storage: Default;
  keys?: K & Fitting<K, Default>;
  /** Hears of every failure in the background. @default the page's error event (`reportError`) */
  onError?: ErrorListener;
  /** What the store needs of its surroundings. @default the browser's */
  ports?: Partial<Ports>;
}

export type ErrorListener = (error: StoreError, key: string) => void;

export interface Usage {
  /** Entries of this store. */
  readonly entries: number;
  /** What the browser says the whole origin uses and may use, in bytes. It may be wrong in both directions. */
  readonly usedBytes?: number;
  readonly quotaBytes?: number;
}

export interface Store<K extends Keys = Keys> {
  readonly name: string;
  readonly keys: { readonly [Name in keyof K]: PersistedOf<K[Name]> };
  /**
   * A key that was not declared with the store: for adapters and libraries. Always the same for the same name and declaration.
   * @throws {StoreError} `INVALID_ARGUMENT` for a name that is taken by another declaration
   */
  key<T>(name: string, declared: Key<T>): Persisted<T>;
  /** Writes now all that waits. Resolves when it is durable. */
  flush(): Promise<SaveResult>;
  usage(): Promise<Usage>;
  /** Removes everything the store has stored, and nothing else. Every value is its default again, in every tab. */
  destroy(): Promise<void>;
  /** Writes what waits and lets go of connections, channels and timers. Later changes are refused with `CLOSED`. */
  close(): Promise<void>;
  /** Hears of every failure in the background. Returns the function that ends it. */
  onError(listener: ErrorListener): () => void;
}

/** A store: typed keys, each on its driver, the same in every tab. Touches no storage until the first key is used. */
export function createStore<K extends Keys, Default extends StorageDriver>(options: StoreOptions<K, Default>): Store<K> {
  const { name, storage, keys = {} as K } = options;
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const homes = new Map<StorageDriver, Home>();
  const listeners = new Set<ErrorListener>(options.onError ? [options.onError] : []);

  function tell(error: StoreError, key: string): void {
    if (listeners.size === 0) ports.report(error);
    for (const listener of listeners) {
      try {
        listener(error, key);
      } catch (thrown) {
        ports.report(thrown);
      }
    }
  }

  function homeOf(driver: StorageDriver): Home {
    let home = homes.get(driver);
    if (!home) {
      home = createHome(name, driver, ports, tell);
      homes.set(driver, home);
    }
    return home;
  }

  function open<T>(declared: Key<T>, path: readonly string[]): Persisted<T> {
    const home = homeOf(declared.options.storage ?? storage);
    const [key, argument] = path;
    const cell = persist(argument === undefined ? `${key}` : `${key}(${argument})`, encodePath([name, ...path]), declared, home);
    home.add(cell);
    return cell;
  }

  function family(declared: KeyFamily<unknown, string>, key: string): (argument: string) => Persisted<unknown> {
    const members = new Map<string, Persisted<unknown>>();
    return (argument) => {
      let member = members.get(argument);
      if (!member) {
        member = open(declared.make(argument), [key, argument]);
        members.set(argument, member);
      }
      return member;
    };
  }

  const added = new Map<string, { declared: Declaration; persisted: Persisted<unknown> }>();

  function keyOf<T>(key: string, declared: Key<T>): Persisted<T> {
    let known = added.get(key);
    if (Object.hasOwn(keys, key) || (known && known.declared !== declared))
      throw new StoreError('INVALID_ARGUMENT', `Cannot declare the key "${key}" twice`);
    if (!known) {
      known = { declared, persisted: open(declared, [key]) as Persisted<unknown> };
      added.set(key, known);
    }
    return known.persisted as Persisted<T>;
  }

  const opened = Object.fromEntries(
    Object.entries(keys).map(([key, declared]: [string, Declaration]) => [
      key,
      declared.kind === 'family' ? family(declared, key) : open(declared, [key]),
    ]),
  );

  const stopListening = ports.lifecycle.listen((event) => {
    for (const home of homes.values()) {
      if (event === 'show') home.show();
      else home.hide();
    }
  });

  const cells = (): Cell[] => [...homes.values()].flatMap((home) => [...home.cells.values()]);

  async function flush(): Promise<SaveResult> {
    const results = await Promise.all(cells().map((cell) => cell.flush()));
    return results.find((result) => !result.saved) ?? { saved: true };
  }

  async function* paths(home: Home): AsyncIterable<string[]> {
    // What begins like ours and is no path is someone else's.
    for await (const batch of home.driver.list({ prefix: encodePath([name]), keysOnly: true }))
      yield batch.map(({ key }) => key).filter((key) => key.endsWith('!'));
  }

  return {
    name,
    keys: opened as Store<K>['keys'],
    key: keyOf,
    flush,
    async usage() {
      let entries = 0;
      for (const home of homes.values()) for await (const batch of paths(home)) entries += batch.length;
      const { usage, quota } = (await ports.estimate?.()) ?? {};
      return { entries, ...(usage === undefined ? {} : { usedBytes: usage }), ...(quota === undefined ? {} : { quotaBytes: quota }) };
    },
    async destroy() {
      // What waits, or could not be stored, must not come back afterwards.
      batch(() => {
        for (const cell of cells()) cell.abandon();
      });
      await flush();
      for (const home of homes.values()) {
        for await (const batch of paths(home)) await home.commit(batch.map((key) => ({ type: 'delete', key })));
        await Promise.all(Array.from(home.cells.values(), (cell) => cell.reread()));
      }
    },
    async close() {
      await flush();
      stopListening();
      await Promise.all(Array.from(homes.values(), (home) => home.close()));
    },
    onError(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
