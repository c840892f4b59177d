import type { Batch, Commit, CommitOptions, Driver, Entry, History, Operation, Range, StorageDriver } from '../driver.ts';
import { StoreError, storageError } from '../errors.ts';
import { followed } from '../follow.ts';
import type { Bus, Ports } from '../ports.ts';
import { prefixEnd } from '../prefix-end.ts';
import { sqliteSession } from '../sqlite-session.ts';

/** What is asked of a database: `node:sqlite`, `better-sqlite3`, `libsql` and `bun:sqlite` have it. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  run(...values: (string | number)[]): unknown;
  get(...values: (string | number)[]): unknown;
  all(...values: (string | number)[]): unknown[];
}

export interface SqliteOptions {
  /** Letters, digits and `_`. Others that begin with this name belong to the driver too. @default 'holdfast' */
  table?: string;
  /** `strict`: what is acknowledged survives the loss of power too; several times slower. @default 'relaxed' */
  durability?: 'relaxed' | 'strict';
  /** How often a store that is watched looks for what other processes wrote. @default 50 */
  pollMs?: number;
}

/** So many commits back a process that was away finds which keys were written. */
const LOG_LENGTH = 256;
const PAGE = 1_000;

/**
 * Entries in a table of an open SQLite database. It is put into WAL mode and waits up to 5 s for other processes. All is one
 * order of commits for all processes of the machine; not for files on network disks. The caller closes the database.
 */
export function sqlite(database: SqliteDatabase, options: SqliteOptions = {}): StorageDriver<string> {
  const driver = tableIn(database, options);
  return {
    ...driver,
    // The file itself is the bus: whoever looks at it sees that there is something new.
    named: (store, ports) => followed(driver, store, { ...ports, openBus: () => pollingBus(driver, ports, options.pollMs ?? 50) }),
  };
}

function pollingBus(driver: ReturnType<typeof tableIn>, { delay }: Pick<Ports, 'delay'>, pollMs: number): Bus {
  let isOpen = true;
  let last: number | undefined;

  async function look(): Promise<void> {
    const head = await driver.changes().then(({ head }) => head, () => last); // biome-ignore format: one line
    if (!isOpen) return;
    if (head !== last) bus.onMessage({ sequence: head });
    last = head;
    delay(() => void look(), pollMs);
  }

  const bus: Bus = {
    onMessage() {},
    post() {},
    close() {
      isOpen = false;
    },
  };
  delay(() => void look(), pollMs);
  return bus;
}

function tableIn(
  database: SqliteDatabase,
  { table = 'holdfast', durability = 'relaxed' }: SqliteOptions,
): Driver & Required<Pick<Driver, 'changes' | 'commit' | 'getSync'>> {
  if (!/^[A-Za-z_]\w*$/.test(table))
    throw new StoreError('INVALID_ARGUMENT', `Cannot use the table "${table}": letters, digits and _ only`);
  const { sql: prepared, inTransaction } = sqliteSession(database);
  let isPrepared = false;

  function sql(text: string): SqliteStatement {
    if (!isPrepared) prepareTables();
    return prepared(text);
  }

  function prepareTables(): void {
    database.exec(
      `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'}`,
    );
    // The log begins at the time of its creation: one that was deleted and made again is never taken for the old one.
    inTransaction(() =>
      database.exec(`CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS ${table}_log (sequence INTEGER PRIMARY KEY, keys TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS ${table}_batches (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS ${table}_batches_key ON ${table}_batches (key, sequence);
        INSERT INTO ${table}_log SELECT ${Date.now()}, '[]' WHERE NOT EXISTS (SELECT 1 FROM ${table}_log)`),
    );
    isPrepared = true;
  }

  /** Runs `work` in the calling turn; whatever it ends with is an error of ours. */
  async function using<T>(work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error);
    }
  }

  const head = (): number => (sql(`SELECT max(sequence) AS head FROM ${table}_log`).get() as { head: number }).head;
  const read = (key: string): Row | undefined => sql(`SELECT value, version FROM ${table} WHERE key = ?`).get(key) as Row | undefined;

  /** Which keys were written after a sequence; `undefined` where that was forgotten, or has not been yet. */
  function keysSince(after: number, until: number): string[] | undefined {
    const rows = sql(`SELECT keys FROM ${table}_log WHERE sequence > ?`).all(after) as { keys: string }[];
    return rows.length === until - after ? [...new Set(rows.flatMap(({ keys }) => JSON.parse(keys) as string[]))] : undefined;
  }

  function commit(operations: readonly Operation[], { checks = [], untouched }: CommitOptions = {}): Promise<Commit | undefined> {
    return using(() => {
      const log = sql(`INSERT INTO ${table}_log (sequence, keys) VALUES (?, ?)`); // before the transaction: the tables
      return inTransaction(() => {
        if (checks.some(({ key, version }) => read(key)?.version.toString() !== version)) return undefined;
        const before = head();
        const others = untouched && (keysSince(untouched.after, before) ?? untouched.keys);
        if (others?.some((key) => untouched?.keys.includes(key))) return undefined;
        const sequence = before + 1;
        log.run(sequence, JSON.stringify(operations.map(({ key }) => key)));
        for (const operation of operations) apply(operation, sequence);
        if (sequence % LOG_LENGTH === 0) sql(`DELETE FROM ${table}_log WHERE sequence <= ?`).run(sequence - LOG_LENGTH);
        return { sequence };
      });
    });
  }

  function apply(operation: Operation, sequence: number): void {
    const { type, key } = operation;
    if (type === 'delete') sql(`DELETE FROM ${table} WHERE key = ?`).run(key);
    else if (type === 'trim') sql(`DELETE FROM ${table}_batches WHERE key = ? AND sequence <= ?`).run(key, operation.sequence);
    else if (type === 'append')
      sql(`INSERT INTO ${table}_batches (sequence, key, value) VALUES (?, ?, ?)`).run(sequence, key, operation.value);
    else
      sql(`INSERT INTO ${table} VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version`).run(
        key,
        operation.value,
        sequence,
      );
  }

  function page({ prefix, after = '', limit = PAGE, keysOnly }: Range): Entry[] {
    const end = prefixEnd(prefix);
    // One lower bound where one is enough, so that each page begins where the last one ended.
    const bounds: [condition: string, bound: string][] = after.startsWith(prefix) ? [] : [['key >= ?', prefix]];
    if (after) bounds.push(['key > ?', after]);
    if (end) bounds.push(['key < ?', end]);
    const where = bounds.map(([condition]) => condition).join(' AND ') || 'true';
    return sql(
      `SELECT key, ${keysOnly ? "''" : 'value'} AS value, CAST(version AS TEXT) AS version FROM ${table} WHERE ${where} ORDER BY key LIMIT ?`,
    ).all(...bounds.map(([, bound]) => bound), Math.min(limit, PAGE)) as Entry[];
  }

  return {
    name: 'sqlite',
    holds: 'text',
    commit,
    getSync(key) {
      try {
        return read(key)?.value;
      } catch (error) {
        throw sqliteError(error);
      }
    },
    get: (key) =>
      using(() => {
        const row = read(key);
        return row && { key, value: row.value, version: `${row.version}` };
      }),
    async *list({ limit = Number.POSITIVE_INFINITY, ...range }) {
      let { after } = range;
      for (let left = limit; left > 0; ) {
        const batch = await using(() => page({ ...range, limit: left, ...(after === undefined ? {} : { after }) }));
        if (batch.length > 0) yield batch;
        if (batch.length < PAGE) return;
        left -= batch.length;
        after = batch.at(-1)?.key;
      }
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    changes: (after): Promise<History> =>
      using(() => {
        const last = head();
        if (after === undefined || after >= last) return { head: last, batches: [], ...(after === last ? { keys: [] } : {}) };
        const keys = keysSince(after, last);
        const batches = sql(`SELECT sequence, key, value FROM ${table}_batches WHERE sequence > ? ORDER BY id`).all(after) as Batch[];
        return { head: last, batches: batches.map(({ sequence, key, value }) => ({ sequence, key, value })), ...(keys ? { keys } : {}) };
      }),
  };
}

interface Row {
  readonly value: string;
  readonly version: number;
}

function sqliteError(error: unknown): StoreError {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // SQLITE_FULL, as better-sqlite3 and as node:sqlite say it.
  if (code === 'SQLITE_FULL' || errcode === 13)
    return new StoreError('QUOTA', 'Cannot write to SQLite: the disk is full', { cause: error });
  return storageError(error, 'use SQLite');
}
