import { browserPorts } from '../browser.ts';
import type { DriverChange, StorageDriver } from '../driver.ts';
import { type SaveResult, StoreError, storageError } from '../errors.ts';
import { type Observable, source } from '../observable.ts';
import type { Ports } from '../ports.ts';
import { type EmscriptenFS, type FsNode, type GuestFS, isFile, memfsOf } from './emscripten.ts';
import { createFileSystem } from './file-system.ts';
import { createFollower } from './follower.ts';
import { createLayout } from './layout.ts';
import { createListing, type FileInfo } from './listing.ts';
import { createLoader, type Snapshot } from './loader.ts';
import { takeOwnership } from './ownership.ts';
import { createSaver } from './saver.ts';
import { applySnapshot } from './tree.ts';
import { createVolume, ROOT } from './volume.ts';

export interface FilesOptions {
  /** Names the volume: its entries in the driver, its lock and its channel between tabs. Two apps of one origin need two names. @default `holdfast-files:` and the directory */
  name?: string;
  /** What the mount needs of its surroundings. @default the browser's */
  ports?: Partial<Ports>;
}

export interface FilesStatus {
  /** `read-only`: another tab writes to the volume; this one follows, and takes over when that one ends. `error`: what has changed is not stored, and is tried again; or nothing could be loaded. */
  readonly state: 'loading' | 'ready' | 'error' | 'read-only' | 'closed';
  /** How much has been loaded, from 0 to 1. */
  readonly loaded: number;
  /** There are changes that are not durable yet. */
  readonly pending: boolean;
  readonly error?: StoreError;
}

/** A directory of a guest that is stored by itself. Methods may be called unbound. */
export interface Files {
  /** The directory is mounted, with everything that was stored. Rejects with a `StoreError` when it cannot be loaded: then nothing is mounted and nothing was changed. */
  readonly ready: Promise<Files>;
  readonly status: Observable<FilesStatus>;
  /** Resolves when everything that was written until now is durable. */
  flush(): Promise<SaveResult>;
  /** Of everything in the directory. */
  usage(): { readonly files: number; readonly bytes: number };
  /** What matches a pattern of absolute paths, in order: `*` and `?` within a name, `**` for any depth. Tells of changes at the end of a turn. */
  watch(pattern: string): Observable<readonly FileInfo[]>;
  /** The bytes of one file, as a copy; `undefined` while there is none. */
  file(path: string): Observable<Uint8Array | undefined>;
  /** Stores what waits and lets another tab write. The directory stays mounted, read-only. */
  close(): Promise<SaveResult>;
}

/**
 * Mounts a directory of an Emscripten guest (`pyodide.FS`, `Module.FS`) whose files are in a driver: they are loaded before it is
 * mounted, and stored by themselves from then on. The driver must have `commit`. The whole tree is in memory. One tab at a time
 * may write.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function mountFiles(guest: EmscriptenFS, directory: string, storage: StorageDriver, options: FilesOptions = {}): Files {
  const FS = guest as GuestFS;
  if (!FS?.root || !FS.ErrnoError)
    throw new StoreError('INVALID_ARGUMENT', 'Cannot mount files: this is no FS of an Emscripten guest that has started');
  if (!/^(?:\/[^/]+)+$/.test(directory))
    throw new StoreError('INVALID_ARGUMENT', `Cannot mount files at "${directory}": an absolute path without a slash at its end is needed`);
  const ports: Ports = { ...browserPorts(), ...options.ports };
  const name = options.name ?? `holdfast-files:${directory}`;
  const driver = storage.named?.(name, ports) ?? storage;
  if (!driver.commit)
    throw new StoreError('INVALID_ARGUMENT', `Cannot mount files on "${driver.name}": it cannot write several entries as one`);

  const layout = createLayout(name, driver.holds);
  const loader = createLoader(driver, layout);
  const volume = createVolume(layout, memfsOf(FS).stream_ops);
  const changes = source(0);
  const status = source<FilesStatus>({ state: 'loading', loaded: 0, pending: false });
  let root: FsNode | undefined;
  let state: FilesStatus['state'] = 'loading';
  let failure: StoreError | undefined;

  function tell(loaded = status.get().loaded): void {
    const error = failure ?? saver.error();
    const before = status.get();
    const next: FilesStatus = {
      state: error && state === 'ready' ? 'error' : state,
      loaded,
      pending: saver.isPending(),
      ...(error ? { error } : {}),
    };
    const isSame = (['state', 'loaded', 'pending', 'error'] as const).every((field) => before[field] === next[field]);
    if (!isSame) status.set(next);
    changes.set(changes.get() + 1);
  }

  const saver = createSaver(driver, volume, ports, tell);
  const follower = createFollower(loader, ports, (snapshot) => {
    if (state !== 'read-only' || !root) return;
    applySnapshot(snapshot, root, FS, fileSystem, volume);
    tell();
  });
  let loading: Snapshot | undefined;
  const fileSystem = createFileSystem(FS, volume, saver, {
    fill(node) {
      root = node;
      const isStored = loading?.groups.get(0)?.has(ROOT);
      volume.add(node, isStored ? ROOT : undefined);
      applySnapshot(loading as Snapshot, node, FS, fileSystem, volume);
      loading = undefined;
    },
    async sync(populate) {
      if (populate && state === 'read-only') await follower.catchUp();
      const result = await saver.flush();
      return result.saved ? null : result.error;
    },
  });

  const ownership = takeOwnership(name, ports, () => void takeOver());

  async function takeOver(): Promise<void> {
    await ready;
    if (state !== 'read-only') return;
    // What the other tab has written last may not have been told.
    await follower.catchUp();
    becomeWriter();
  }

  function becomeWriter(): void {
    if (state === 'closed') return;
    state = 'ready';
    saver.setReadOnly(false);
    // A place that was found for a lost file is stored.
    saver.changed();
    tell();
  }

  async function onChange(change: DriverChange): Promise<void> {
    if (state === 'read-only') follower.onChange(change);
    // Someone has emptied the storage under the only tab that knows what was there.
    else if (change.type === 'reset' || change.keys.includes(layout.key('volume'))) {
      if (state !== 'ready' || (await loader.exists().catch(() => true))) return;
      volume.markAll();
      saver.changed();
    }
  }

  let unwatch: (() => void) | undefined;
  const stopListening = ports.lifecycle.listen((event) => (event === 'show' ? saver.hurry() : saver.sync()));

  async function load(): Promise<Files> {
    try {
      unwatch = await driver.watch?.((change) => void onChange(change)).catch(() => undefined);
      const isMine = await ownership.isMine;
      loading = await loader.readAll(tell);
      if (state === 'closed') throw new StoreError('CLOSED', `Cannot mount "${directory}": it was closed`);
      FS.mkdirTree(directory);
      state = 'read-only';
      FS.mount(fileSystem.type, {}, directory);
      if (isMine) becomeWriter();
      tell(1);
      return files;
    } catch (error) {
      failure =
        'errno' in (error as object)
          ? new StoreError('INVALID_ARGUMENT', `Cannot mount files at "${directory}"`, { cause: error })
          : storageError(error, `load "${directory}"`);
      state = 'error';
      await close();
      throw failure;
    }
  }

  async function close(): Promise<SaveResult> {
    const result = await saver.flush();
    if (state !== 'error') state = 'closed';
    saver.close();
    follower.close();
    stopListening();
    ownership.release();
    unwatch?.();
    await driver.close?.();
    tell();
    return result;
  }

  const ready = load();
  ready.catch(() => {}); // the status says it too
  const listing = createListing(
    directory,
    () => root,
    changes,
    volume,
    (node) => {
      const bytes = new Uint8Array(node.usedBytes ?? 0);
      memfsOf(FS).stream_ops.read({ node }, bytes, 0, bytes.length, 0);
      return bytes;
    },
  );
  const files: Files = {
    ready,
    status,
    flush: saver.flush,
    usage: () => ({ files: [...volume.inodes.values()].filter(({ node }) => isFile(node)).length, bytes: volume.bytes() }),
    ...listing,
    close,
  };
  return files;
}
