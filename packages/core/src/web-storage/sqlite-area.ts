import { StoreError } from '../errors.ts';
import { sqliteSession } from '../sqlite-session.ts';
import { fromBytes, toBytes } from './utf16.ts';

/** What is asked of a database: `node:sqlite`, `bun:sqlite`, `better-sqlite3` and `libsql` have it. */
export interface StorageDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): StorageStatement;
  close(): unknown;
}

export interface StorageStatement {
  run(...values: (string | number | null | Uint8Array)[]): unknown;
  get(...values: (string | number | null | Uint8Array)[]): unknown;
  all(...values: (string | number | null | Uint8Array)[]): unknown[];
}

/** What another object, perhaps of another process, has changed. A key of `null`: everything was cleared, or so much was changed that it cannot be told. */
export interface StorageChange {
  readonly key: string | null;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}

/** The items of a storage in a database. Every change is one transaction: the item, the bytes in use, and what others are told. */
export interface Area {
  readonly length: number;
  keys(): string[];
  keyAt(index: number): string | null;
  get(key: string): string | null;
  /** Resolves to false where that would be more bytes than the quota. */
  set(key: string, value: string): { readonly requested: number } | undefined;
  remove(key: string): void;
  clear(): void;
  /** What others have changed since the last call, in the order in which they did. */
  news(): StorageChange[];
}

const VERSION = 1;
/** So many changes back a process that looks seldom hears of each. */
const LOG_LENGTH = 1_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, value BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS usage (id INTEGER PRIMARY KEY CHECK (id = 1), items INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT OR IGNORE INTO usage VALUES (1, 0, 0);
  CREATE TABLE IF NOT EXISTS changes (sequence INTEGER PRIMARY KEY AUTOINCREMENT, writer TEXT NOT NULL, key BLOB, old BLOB, new BLOB);
  PRAGMA user_version = ${VERSION};`;

export function sqliteArea(database: StorageDatabase, quotaBytes: number): Area {
  const writer = crypto.randomUUID();
  const { sql, inTransaction } = sqliteSession(database);

  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  inTransaction(() => {
    const { user_version: version } = sql('PRAGMA user_version').get() as { user_version: number };
    if (version > VERSION) throw new StoreError('NEWER_DATA', 'Cannot open the storage: a newer version of Holdfast has written it');
    if (version < VERSION) database.exec(SCHEMA);
  });

  const usage = (): { items: number; bytes: number } => sql('SELECT items, bytes FROM usage').get() as { items: number; bytes: number };
  const read = (key: Uint8Array): Uint8Array | undefined =>
    (sql('SELECT value FROM items WHERE key = ?').get(key) as { value: Uint8Array } | undefined)?.value;
  const head = (): number => (sql('SELECT max(sequence) AS head FROM changes').get() as { head: number | null }).head ?? 0;
  let seen = head();

  function use(items: number, bytes: number): void {
    sql('UPDATE usage SET items = items + ?, bytes = bytes + ?').run(items, bytes);
  }

  function tell(key: Uint8Array | null, before: Uint8Array | null, after: Uint8Array | null): void {
    sql('INSERT INTO changes (writer, key, old, new) VALUES (?, ?, ?, ?)').run(writer, key, before, after);
    if (head() % LOG_LENGTH === 0) sql('DELETE FROM changes WHERE sequence <= ?').run(head() - LOG_LENGTH);
  }

  return {
    get length() {
      return usage().items;
    },
    keys: () => sql('SELECT key FROM items ORDER BY id').all().map((row) => fromBytes((row as { key: Uint8Array }).key)), // biome-ignore format: one line
    keyAt(index) {
      const row = sql('SELECT key FROM items ORDER BY id LIMIT 1 OFFSET ?').get(index) as { key: Uint8Array } | undefined;
      return row ? fromBytes(row.key) : null;
    },
    get(key) {
      const value = read(toBytes(key));
      return value ? fromBytes(value) : null;
    },
    set(key, value) {
      const [name, bytes] = [toBytes(key), toBytes(value)];
      return inTransaction(() => {
        const before = read(name);
        if (before && fromBytes(before) === value) return undefined;
        const more = bytes.length - (before ? before.length : -name.length);
        const requested = usage().bytes + more;
        // What makes the storage smaller is let through, also where the quota was a larger one before.
        if (more > 0 && requested > quotaBytes) return { requested };
        sql('INSERT INTO items (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(name, bytes);
        use(before ? 0 : 1, more);
        tell(name, before ?? null, bytes);
        return undefined;
      });
    },
    remove(key) {
      const name = toBytes(key);
      inTransaction(() => {
        const before = read(name);
        if (!before) return;
        sql('DELETE FROM items WHERE key = ?').run(name);
        use(-1, -(name.length + before.length));
        tell(name, before, null);
      });
    },
    clear() {
      inTransaction(() => {
        if (usage().items === 0) return;
        database.exec('DELETE FROM items; UPDATE usage SET items = 0, bytes = 0');
        tell(null, null, null);
      });
    },
    news() {
      const last = head();
      if (last === seen) return [];
      const rows = sql('SELECT writer, key, old, new FROM changes WHERE sequence > ? ORDER BY sequence').all(seen) as ChangeRow[];
      const isWhole = rows.length === last - seen;
      seen = last;
      if (!isWhole) return [{ key: null, oldValue: null, newValue: null }];
      const text = (bytes: Uint8Array | null): string | null => bytes && fromBytes(bytes);
      return rows
        .filter((row) => row.writer !== writer)
        .map((row) => ({ key: text(row.key), oldValue: text(row.old), newValue: text(row.new) }));
    },
  };
}

interface ChangeRow {
  readonly writer: string;
  readonly key: Uint8Array | null;
  readonly old: Uint8Array | null;
  readonly new: Uint8Array | null;
}
