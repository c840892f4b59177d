import { StoreError } from '../errors.ts';

/** One open IndexedDB database that stays usable: it opens when it is needed, steps aside for others, and opens again when the browser has closed it. */
export interface Connection {
  /** False while a transaction would have to wait. */
  isOpen(): boolean;
  /**
   * Runs `body` in one transaction, begun in the calling turn where the connection is open. Resolves with what the function
   * that `body` returned gives at `complete`, never before. `body` must be safe to run again: it is when the connection was lost.
   */
  transact<T>(stores: StoreName[], mode: IDBTransactionMode, body: Body<T>, durability?: IDBTransactionDurability): Promise<T>;
  close(): void;
}

/** Issues the requests of a transaction. `undo` aborts it: with a reason it fails, without one it ends with the result, and nothing was written. */
export type Body<T> = (transaction: IDBTransaction, undo: (reason?: unknown) => void) => () => T;

type Run<T> = (handle: IDBDatabase) => Promise<T>;

export type StoreName = 'kv' | 'log' | 'segments' | 'blobs' | 'meta';

/** The physical schema, fixed for ever: no upgrade ever blocks. Versions of data live in records. What is not `kv` or `log` waits for a use: decision 9. */
const SCHEMA: Readonly<Record<StoreName, IDBObjectStoreParameters>> = {
  kv: {},
  log: { autoIncrement: true },
  segments: {},
  blobs: {},
  meta: {},
};
const PHYSICAL_VERSION = 1;

/** Some engines never answer the first `open`; everyone waits while another tab holds up a deletion. */
const OPEN_DEADLINE_MS = 3_000;
/** A connection that died is opened again at once, then after these pauses. */
const REOPEN_MS = [0, 50, 200, 1_000];

export function connect(factory: IDBFactory, name: string, usual: IDBTransactionDurability): Connection {
  let database: IDBDatabase | undefined;
  let opening: Promise<IDBDatabase> | undefined;
  let isClosed = false;
  /** The writes that run again. */
  let repeating: Promise<void> | undefined;

  function drop(handle: IDBDatabase): void {
    if (database === handle) database = undefined;
    handle.close();
  }

  function open(): Promise<IDBDatabase> {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = factory.open(name, PHYSICAL_VERSION);
      request.onupgradeneeded = () => {
        for (const [store, options] of Object.entries(SCHEMA)) request.result.createObjectStore(store, options);
        // Sequences begin where those of a deleted database of this name cannot have been: nobody takes the one for the other.
        request.transaction?.objectStore('log').add({ keys: [], atMs: 0 }, Date.now());
      };
      request.onsuccess = () => {
        const handle = request.result;
        handle.onclose = () => drop(handle);
        // Another tab deletes the database: it must not wait for us.
        handle.onversionchange = () => drop(handle);
        if (isClosed) handle.close();
        else database = handle;
        resolve(handle);
      };
      request.onerror = () => reject(openError(name, request.error));
    }).finally(() => {
      opening = undefined;
    });
    return withDeadline(opening, name);
  }

  function once<T>(
    handle: IDBDatabase,
    stores: StoreName[],
    mode: IDBTransactionMode,
    body: Body<T>,
    durability: IDBTransactionDurability,
  ): Promise<T> {
    const transaction = handle.transaction(stores, mode, { durability });
    let lost = (): void => {};
    return new Promise<T>((resolve, reject) => {
      let result: (() => T) | undefined;
      let undone: { reason: unknown } | undefined;
      const undo = (reason?: unknown): void => {
        // A throw does not undo the requests before it.
        undone = { reason };
        transaction.abort();
      };
      transaction.oncomplete = () => resolve((result as () => T)());
      // Quota and disk errors arrive here only, after every request has succeeded.
      transaction.onabort = () => {
        if (undone && undone.reason === undefined) resolve((result as () => T)());
        else reject(undone?.reason ?? transaction.error ?? connectionLost());
      };
      // Chromium never tells how one ended that was begun while it closed the connection.
      lost = () => reject(connectionLost());
      handle.addEventListener('close', lost);
      try {
        result = body(transaction, undo);
      } catch (error) {
        undo(error);
      }
    }).finally(() => handle.removeEventListener('close', lost));
  }

  /** Runs again until it works; writes one after the other, so that none that waits for a connection comes after a later one. */
  function again<T>(run: Run<T>, mode: IDBTransactionMode, error?: unknown): Promise<T> {
    if (mode === 'readonly') return attempt(run, error);
    const done = repeating ? repeating.then(() => attempt(run)) : attempt(run, error);
    const ended: Promise<void> = done.then(
      () => {},
      () => {},
    );
    repeating = ended;
    void ended.then(() => {
      if (repeating === ended) repeating = undefined;
    });
    return done;
  }

  async function attempt<T>(run: Run<T>, first?: unknown): Promise<T> {
    let error = first;
    for (const pauseMs of REOPEN_MS) {
      if (error && !isLost(error)) break;
      if (isClosed) throw new StoreError('CLOSED', `Cannot use the database "${name}": it is closed`);
      if (error && database) drop(database);
      if (pauseMs > 0) await new Promise((resume) => setTimeout(resume, pauseMs));
      try {
        return await run(database ?? (await open()));
      } catch (reason) {
        error = reason;
      }
    }
    throw error;
  }

  return {
    isOpen: () => database !== undefined,
    transact<T>(stores: StoreName[], mode: IDBTransactionMode, body: Body<T>, durability = usual) {
      const run: Run<T> = (handle) => once(handle, stores, mode, body, durability);
      if (!database || (repeating && mode === 'readwrite')) return again(run, mode);
      try {
        return run(database).catch((error) => again(run, mode, error));
      } catch (error) {
        return again(run, mode, error);
      }
    },
    close() {
      isClosed = true;
      if (database) drop(database);
    },
  };
}

const connectionLost = (): DOMException => new DOMException('The connection was lost', 'AbortError');

/** The connection died, by its many names in the engines; the transaction was not committed. */
function isLost(error: unknown): boolean {
  return /^(?:InvalidState|Unknown|Abort)Error$/.test(String((error as { name?: unknown } | null)?.name));
}

function openError(name: string, error: DOMException | null): StoreError {
  // InvalidStateError at opening is how private windows of older Firefox say no.
  const isDenied = error?.name === 'SecurityError' || error?.name === 'InvalidStateError';
  return new StoreError(isDenied ? 'DENIED' : 'UNAVAILABLE', `Cannot open the database "${name}"`, { cause: error });
}

function withDeadline<T>(promise: Promise<T>, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StoreError('TIMEOUT', `Cannot open the database "${name}" yet: the browser does not answer`)),
      OPEN_DEADLINE_MS,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
