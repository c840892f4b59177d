import type { Codec } from '../codec.ts';
import type { BlobStorage, Commit, CommitOptions, DriverChange, Entry, Operation, Range, StorageDriver } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** How values lie in a web storage. */
export interface WebStorageOptions {
  /** How values become text. @default the `json` codec */
  codec?: Codec;
  /** Keeps `Blob` and `File` as base64 text: small ones only, the whole storage holds 5 MB. Needs a codec that carries them. @default false */
  blobs?: boolean;
  /** How long the storage keeps them: across restarts, or as long as the tab. Shown as `status.capability`. @default 'durable' */
  keeps?: 'durable' | 'session';
}

/** While the page is visible, a change that no event told of is found after this long at the latest. */
const LOOK_MS = 3_000;

/** `storage` events tell of other documents only. This one tells the other stores of the page, also those of another copy of the library. */
const WRITTEN = 'holdfast:written';

interface Written {
  readonly area: Storage;
  readonly keys: readonly string[];
  /** Who has written: does not listen to itself. */
  readonly by: unknown;
}

/**
 * Entries in a `Storage` object: `webStorage(() => localStorage)`. Read without waiting, so the first render has the stored value.
 * The function is called at first use, never on import; where it throws or there is no storage, every call fails with `DENIED`.
 * The version of an entry is its text. There is no lock in web storage, and another process sees a write late: `commit` with
 * checks is exact within one process only.
 */
export function webStorage(open: () => Storage, options: WebStorageOptions & { blobs: true }): BlobStorage<string>;
export function webStorage(open: () => Storage, options?: WebStorageOptions): StorageDriver<string>;
export function webStorage(open: () => Storage, options: WebStorageOptions = {}): StorageDriver<string> {
  let opened: Storage | undefined;

  function storage(): Storage {
    try {
      opened ??= open();
    } catch (cause) {
      throw new StoreError('DENIED', 'Cannot open web storage here', { cause });
    }
    // Node has globals of this name that are no storage.
    if (typeof opened?.getItem !== 'function') throw new StoreError('DENIED', 'Cannot open web storage: there is none');
    return opened;
  }

  // Each store its own, so that it knows what others have written.
  return { ...entriesIn(storage, options), named: (_, ports) => entriesIn(storage, options, ports) };
}

function entriesIn(
  storage: () => Storage,
  { codec, blobs = false, keeps = 'durable' }: WebStorageOptions,
  ports?: Ports,
): StorageDriver<string> {
  /** What was last read, written or told of, for the looks. */
  const known = new Map<string, string | undefined>();

  function getSync(key: string): string | undefined {
    const value = storage().getItem(key) ?? undefined;
    if (ports) known.set(key, value);
    return value;
  }

  function put(key: string, value: string | undefined): void {
    if (ports) known.set(key, value);
    if (value === undefined) storage().removeItem(key);
    else storage().setItem(key, value);
  }

  async function commit(operations: readonly Operation[], { checks = [] }: CommitOptions = {}): Promise<Commit | undefined> {
    if (checks.some(({ key, version }) => getSync(key) !== version)) return undefined;
    const before: [string, string | undefined][] = [];
    try {
      for (const operation of operations) {
        if (operations.length > 1) before.push([operation.key, getSync(operation.key)]);
        put(operation.key, operation.type === 'set' ? operation.value : undefined);
      }
    } catch (error) {
      // All or nothing: what went before fits again, because it was there.
      for (const [key, value] of before.reverse()) if (getSync(key) !== value) put(key, value);
      throw storageError(error, 'write to web storage');
    }
    tell(operations.map(({ key }) => key));
    return {};
  }

  /** Not every change comes with an event: Firefox tells nobody that it has cleared the data of a site. */
  function look(listener: (change: DriverChange<string>) => void): () => void {
    if (!ports?.openBus) return () => {};
    let cancel = (): void => {};
    const plan = (): void => {
      cancel = ports.delay(() => {
        const keys = ports.lifecycle.isVisible() ? [...known].filter(([key, value]) => getSync(key) !== value).map(([key]) => key) : [];
        if (keys.length > 0) listener({ type: 'change', keys });
        plan();
      }, LOOK_MS);
    };
    plan();
    return () => cancel();
  }

  function tell(keys: readonly string[]): void {
    if (typeof dispatchEvent === 'function')
      dispatchEvent(new CustomEvent<Written>(WRITTEN, { detail: { area: storage(), keys, by: getSync } }));
  }

  return {
    name: 'web-storage',
    holds: 'text',
    limits: { keeps },
    ...(codec ? { codec } : {}),
    ...(blobs ? { blobs } : {}),
    getSync,
    commit,
    async get(key) {
      const value = getSync(key);
      return value === undefined ? undefined : { key, value, version: value };
    },
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }: Range) {
      const all = storage();
      const keys: string[] = [];
      for (let index = 0; index < all.length; index++) keys.push(all.key(index) as string);
      const found = keys.filter((key) => key.startsWith(prefix) && key > after).sort();
      const entries = found.slice(0, limit).map((key): Entry => ({ key, value: all.getItem(key) ?? '' }));
      yield entries.map((entry) => ({ ...entry, version: entry.value }));
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      // A document of WebKit hears of changes only after it has touched the storage.
      storage();
      const stop = look(listener);
      if (typeof addEventListener !== 'function') return stop;
      const onStorage = (event: StorageEvent): void => {
        // Events of localStorage and sessionStorage arrive at the same place. A key of null: everything was cleared.
        if (event.storageArea !== storage()) return;
        listener(event.key === null ? { type: 'reset' } : { type: 'change', keys: [event.key] });
      };
      const onWritten = (event: Event): void => {
        const { area, keys, by } = (event as CustomEvent<Written>).detail;
        if (area === storage() && by !== getSync) listener({ type: 'change', keys });
      };
      addEventListener('storage', onStorage);
      addEventListener(WRITTEN, onWritten);
      return () => {
        stop();
        removeEventListener('storage', onStorage);
        removeEventListener(WRITTEN, onWritten);
      };
    },
  };
}
