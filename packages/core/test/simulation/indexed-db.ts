import type { Computer, Process } from './computer.ts';
import type { Disk, Key, Undo } from './disk.ts';

/** How this IndexedDB misbehaves at the moment. */
export interface Weather {
  /** How likely a commit fails because the disk is full. */
  quota: number;
  /** How likely a commit fails with its disk, which closes the connection. */
  failure: number;
  /** Opening takes this long at most. */
  openMs: number;
  /** How likely opening fails. */
  refusal: number;
  /** How likely a transaction that is committed and not begun is dropped with its page. */
  dropping: number;
}

interface Request {
  result: unknown;
  error: unknown;
  onsuccess?: (() => void) | undefined;
  onerror?: (() => void) | undefined;
  onupgradeneeded?: (() => void) | undefined;
  transaction?: unknown;
}

interface Range {
  lower?: Key;
  upper?: Key;
  isLowerOpen?: boolean;
  isUpperOpen?: boolean;
}

export const keyRange = {
  lowerBound: (lower: Key, isLowerOpen = false): Range => ({ lower, isLowerOpen }),
  upperBound: (upper: Key, isUpperOpen = false): Range => ({ upper, isUpperOpen }),
  bound: (lower: Key, upper: Key, isLowerOpen = false, isUpperOpen = false): Range => ({ lower, upper, isLowerOpen, isUpperOpen }),
};

const includes = ({ lower, upper, isLowerOpen, isUpperOpen }: Range, key: Key): boolean =>
  (lower === undefined || key > lower || (key === lower && !isLowerOpen)) &&
  (upper === undefined || key < upper || (key === upper && !isUpperOpen));

/** As the structured clone, without copying texts: they are most of what is stored. */
function cloned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? structuredClone(value) : value;
  if (Array.isArray(value)) return value.map(cloned);
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cloned(each)]));
}

interface Transaction {
  readonly process: Process;
  readonly connection: Database;
  readonly stores: readonly string[];
  readonly mode: string;
  readonly isStrict: boolean;
  readonly waiting: { request: Request; work: () => unknown }[];
  readonly undo: Undo[];
  /** Events on their way to the page. */
  told: number;
  state: 'waiting' | 'running' | 'ending' | 'done';
  isCommitted: boolean;
  isAborted: boolean;
  isBusy: boolean;
  activeTurn: number;
  handle: { error: unknown; oncomplete?: () => void; onabort?: () => void };
}

interface Database {
  readonly process: Process;
  /** When the last event that is on its way arrives. */
  toldMs: number;
  isClosed: boolean;
  readonly listeners: Set<() => void>;
  handle: { onclose?: (() => void) | undefined; onversionchange?: (() => void) | undefined };
}

export interface SimulatedIndexedDb {
  readonly weather: Weather;
  /** The `indexedDB` of a tab. */
  factory(process: Process): IDBFactory;
  /** The tab ends: what it had committed goes on, the rest is undone. */
  end(process: Process): void;
  /** The tab is frozen: what it has not committed would be in the way of others, and is undone. */
  freeze(process: Process): void;
  /** Its connections die. */
  disconnect(process: Process): void;
  /** The whole browser dies: what is not on the disk by now never will be. */
  kill(): void;
  /** All databases are removed, whoever uses them. */
  clear(): void;
}

/** As much of IndexedDB as is needed, with what facts are known about when a write survives: requests succeed before the commit, which may still fail. */
export function simulatedIndexedDb(computer: Computer, disk: Disk): SimulatedIndexedDb {
  const { after, random, tell } = computer;
  const weather: Weather = { quota: 0, failure: 0, openMs: 3, refusal: 0, dropping: 0 };
  let transactions: Transaction[] = [];
  const databases: Database[] = [];
  let upgrade: Process | undefined;

  const fault = (name: string): DOMException => new DOMException('', name);
  const latency = (): number => random.between(0.1, 1.5);

  /** An event arrives at the page in a task of its own, after those before it. */
  function deliver(transaction: Transaction, work: () => void): void {
    const { connection } = transaction;
    transaction.told++;
    connection.toldMs = Math.max(connection.toldMs, computer.now() + latency() / 2);
    after(connection.toldMs - computer.now(), transaction.process, () => {
      transaction.told--;
      transaction.activeTurn = computer.turn();
      work();
    });
  }

  function isBlocked(transaction: Transaction): boolean {
    for (const earlier of transactions) {
      if (earlier === transaction) return false;
      if (
        (earlier.mode === 'readwrite' || transaction.mode === 'readwrite') &&
        earlier.stores.some((store) => transaction.stores.includes(store))
      )
        return true;
    }
    return false;
  }

  function pump(): void {
    for (const transaction of [...transactions]) {
      if (transaction.state === 'waiting' && !isBlocked(transaction)) transaction.state = 'running';
      if (transaction.state !== 'running' || transaction.isBusy) continue;
      if (transaction.waiting.length > 0) {
        transaction.isBusy = true;
        after(latency(), undefined, () => perform(transaction));
      } else if (transaction.isCommitted) settle(transaction);
      else if (transaction.told === 0)
        // By itself, once the page has nothing more to ask; only the page can say so.
        after(0, transaction.process, () => {
          if (transaction.waiting.length === 0 && transaction.told === 0 && transaction.state === 'running') settle(transaction);
        });
    }
  }

  function perform(transaction: Transaction): void {
    transaction.isBusy = false;
    const next = transaction.waiting.shift();
    if (!next || transaction.state !== 'running') return;
    const { request, work } = next;
    const result = work();
    deliver(transaction, () => {
      if (transaction.isAborted) return;
      request.result = result;
      request.onsuccess?.();
      pump();
      after(0, transaction.process, pump);
    });
    pump();
  }

  function settle(transaction: Transaction): void {
    transaction.state = 'ending';
    after(latency(), undefined, () => {
      if (transaction.state !== 'ending') return;
      if (transaction.undo.length > 0 && random.chance(weather.quota)) {
        tell(`${transaction.process.name}: commit fails, the disk is full`);
        abort(transaction, fault('QuotaExceededError'));
      } else if (random.chance(weather.failure)) {
        tell(`${transaction.process.name}: commit fails with its connection`);
        disconnect(transaction.connection);
        abort(transaction, null);
      } else {
        leave(transaction);
        disk.commit(transaction.process, transaction.undo, transaction.isStrict);
        deliver(transaction, () => transaction.handle.oncomplete?.());
      }
    });
  }

  function leave(transaction: Transaction): void {
    transaction.state = 'done';
    transactions = transactions.filter((other) => other !== transaction);
    after(0, undefined, pump);
  }

  function abort(transaction: Transaction, error: unknown): void {
    if (transaction.state === 'done') return;
    leave(transaction);
    transaction.isAborted = true;
    disk.takeBack(transaction.undo);
    transaction.handle.error = error;
    const waiting = transaction.waiting.splice(0);
    deliver(transaction, () => {
      for (const { request } of waiting) {
        request.error = fault('AbortError');
        request.onerror?.();
      }
      transaction.handle.onabort?.();
    });
  }

  function disconnect(database: Database): void {
    if (database.isClosed) return;
    database.isClosed = true;
    for (const transaction of transactions.filter(({ connection }) => connection === database))
      abort(transaction, random.chance(0.5) ? fault('UnknownError') : null);
    database.toldMs = Math.max(database.toldMs, computer.now() + latency());
    after(database.toldMs - computer.now(), database.process, () => {
      database.handle.onclose?.();
      for (const listener of [...database.listeners]) listener();
    });
  }

  function begin(connection: Database, stores: string[], mode: string, options: { durability?: string } = {}): IDBTransaction {
    const { process } = connection;
    if (connection.isClosed || process.isDead) throw fault('InvalidStateError');
    const transaction: Transaction = {
      process,
      connection,
      stores,
      mode,
      isStrict: options.durability === 'strict',
      waiting: [],
      undo: [],
      told: 0,
      state: 'waiting',
      isCommitted: false,
      isAborted: false,
      isBusy: false,
      activeTurn: computer.turn(),
      handle: { error: null },
    };
    transactions.push(transaction);
    after(0, process, pump);

    function ask(work: () => unknown): Request {
      const isActive = transaction.activeTurn === computer.turn() && !transaction.isCommitted && transaction.state !== 'done';
      if (!isActive || process.isDead) throw fault('TransactionInactiveError');
      const request: Request = { result: undefined, error: null };
      transaction.waiting.push({ request, work });
      return request;
    }

    function objectStore(name: string): unknown {
      const find = (range?: Range | null, limit = Number.POSITIVE_INFINITY): Key[] =>
        disk
          .keys(name)
          .filter((key) => !range || includes(range, key))
          .slice(0, limit);
      const put = (value: unknown, key?: Key): Request => {
        const copy = cloned(value);
        return ask(() => disk.write(transaction.undo, name, key, copy));
      };
      const copyOf = (key: Key): unknown => {
        disk.onRead(process, name, key);
        return cloned(disk.read(name).get(key));
      };
      return {
        put,
        add: put,
        get: (key: Key) => ask(() => copyOf(key)),
        delete: (key: Key) => ask(() => void disk.write(transaction.undo, name, key, undefined, true)),
        getAllKeys: (range?: Range, limit?: number) => ask(() => find(range, limit)),
        getAll: (range?: Range, limit?: number) => ask(() => find(range, limit).map(copyOf)),
        count: (range?: Range) => ask(() => find(range).length),
        openKeyCursor: (range: Range | null, direction: string) =>
          ask(() => {
            const key = find(range).at(direction === 'prev' ? -1 : 0);
            return key === undefined ? null : { key };
          }),
      };
    }

    return Object.assign(transaction.handle, {
      objectStore,
      commit() {
        transaction.isCommitted = true;
        after(0, undefined, pump);
      },
      abort: () => abort(transaction, null),
    }) as unknown as IDBTransaction;
  }

  function open(process: Process): Request {
    const request: Request = { result: undefined, error: null };
    const database: Database = { process, isClosed: false, toldMs: 0, listeners: new Set(), handle: {} };
    const handle = Object.assign(database.handle, {
      transaction: (stores: string[], mode: string, options?: { durability?: string }) => begin(database, stores, mode, options),
      createObjectStore: (name: string) => disk.create(name),
      close() {
        database.isClosed = true;
      },
      addEventListener: (_: 'close', listener: () => void) => database.listeners.add(listener),
      removeEventListener: (_: 'close', listener: () => void) => database.listeners.delete(listener),
    });
    const attempt = (): void => {
      if (upgrade && !upgrade.isDead) {
        after(1, process, attempt);
        return;
      }
      if (random.chance(weather.refusal)) {
        request.error = fault('UnknownError');
        request.onerror?.();
        return;
      }
      request.result = handle;
      databases.push(database);
      if (disk.version > 0) {
        request.onsuccess?.();
        return;
      }
      upgrade = process;
      disk.clear();
      request.transaction = { objectStore: (name: string) => ({ add: (value: unknown, key: Key) => disk.write([], name, key, value) }) };
      request.onupgradeneeded?.();
      after(latency(), process, () => {
        upgrade = undefined;
        if (database.isClosed) {
          request.error = fault('AbortError');
          request.onerror?.();
          return;
        }
        disk.version = 1;
        request.onsuccess?.();
      });
    };
    after(random.between(0.2, weather.openMs), process, attempt);
    return request;
  }

  const self: SimulatedIndexedDb = {
    weather,
    factory: (process) => ({ open: () => open(process) }) as unknown as IDBFactory,
    end(process) {
      for (const transaction of transactions.filter((each) => each.process === process)) {
        const isDropped = transaction.state === 'waiting' && random.chance(weather.dropping);
        if (!transaction.isCommitted || isDropped) {
          if (transaction.state !== 'ending') abort(transaction, null);
        }
      }
      after(0, undefined, pump);
    },
    freeze(process) {
      for (const transaction of transactions.filter((each) => each.process === process && !each.isCommitted)) abort(transaction, null);
    },
    disconnect(process) {
      for (const database of databases.filter((each) => each.process === process)) disconnect(database);
    },
    kill() {
      for (const transaction of transactions) abort(transaction, null);
    },
    clear() {
      for (const database of databases) disconnect(database);
      self.kill();
      disk.clear();
    },
  };
  return self;
}
