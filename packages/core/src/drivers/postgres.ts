import type { Commit, CommitOptions, DriverChange, Entry, History, Operation, Range, SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { followed } from '../follow.ts';
import { prefixEnd } from '../prefix-end.ts';
import { inTime } from './deadline.ts';
import { inKeyOrder } from './in-key-order.ts';
import { listen, type PostgresPool, runScript } from './postgres-connection.ts';
import { postgresSchema } from './postgres-schema.ts';
import { keysOf, textOperations } from './text-operations.ts';

export { postgresSchema } from './postgres-schema.ts';

export interface PostgresOptions {
  /** What the names of the tables begin with: small letters, digits and `_`. Drivers of one table share their entries. @default 'holdfast' */
  table?: string;
  /** How long a call may take before it fails with `TIMEOUT`, in milliseconds. @default 10_000 */
  timeoutMs?: number;
}

const LIST_BATCH = 1_000;

/**
 * Entries in PostgreSQL, by a `Pool` of `pg` or a PGlite, which stays yours. Every commit is one call of a function in the
 * database: one transaction, numbered without gaps in the order in which commits become visible.
 */
export function postgres(pool: PostgresPool, options?: PostgresOptions): SharedStorage {
  return { ...open(pool, options), named: (store, ports) => followed(open(pool, options), store, ports) };
}

function open(pool: PostgresPool, { table = 'holdfast', timeoutMs = 10_000 }: PostgresOptions = {}): SharedStorage {
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(table)) throw new StoreError('INVALID_ARGUMENT', `Cannot use "${table}" as the name of a table`);
  const inOrder = inKeyOrder();
  const stops = new Set<() => void>();
  let setup: Promise<unknown> | undefined;
  let isClosed = false;

  /** Whoever may not create tables has been given them. */
  async function setUp(): Promise<void> {
    const { rows } = await pool.query(`SELECT to_regproc('${table}_commit') IS NOT NULL AS "isThere"`);
    if (!(rows[0] as { isThere: boolean }).isThere) await runScript(pool, postgresSchema(table));
  }

  function ready(): Promise<unknown> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use PostgreSQL: the driver is closed');
    setup ??= setUp().catch((error) => {
      setup = undefined;
      throw error;
    });
    return setup;
  }

  async function query<Row>(text: string, values: unknown[]): Promise<readonly Row[]> {
    const work = async (): Promise<readonly Row[]> => {
      await ready();
      return (await pool.query(text, values)).rows as readonly Row[];
    };
    return inTime(work(), 'PostgreSQL', timeoutMs);
  }

  async function commit(operations: readonly Operation[], { checks = [], untouched }: CommitOptions = {}): Promise<Commit | undefined> {
    const writes = textOperations(operations);
    const values = [
      writes.map(({ type }) => type),
      writes.map(({ key }) => key),
      writes.map((write) => ('value' in write ? write.value : null)),
      writes.map((write) => (write.type === 'trim' ? write.sequence : write.type === 'set' ? ceil(write.expiresAtMs) : null)),
      checks.map(({ key }) => key),
      checks.map(({ version = null }) => version),
      untouched?.keys ?? [],
      untouched?.after ?? null,
    ];
    const call = `SELECT ${table}_commit($1, $2, $3, $4, $5, $6, $7, $8)::text AS sequence`;
    const [row] = await inOrder(keysOf(writes), () => query<{ sequence: string | null }>(call, values));
    return row?.sequence ? { sequence: Number(row.sequence) } : undefined;
  }

  async function changes(after?: number): Promise<History<string>> {
    // One statement: the head, the log and the batches of one moment.
    const [row] = await query<{ head: string; commits: { keys: string[] }[]; batches: History['batches'] }>(
      `SELECT sequence::text AS head,
        (SELECT coalesce(json_agg(log), '[]') FROM (SELECT keys FROM ${table}_log WHERE sequence > $1::bigint) AS log) AS commits,
        (SELECT coalesce(json_agg(b), '[]') FROM
          (SELECT sequence, key, value FROM ${table}_batches WHERE sequence > $1::bigint ORDER BY sequence, place) AS b) AS batches
      FROM ${table}_head`,
      [after ?? null],
    );
    const { head, commits, batches } = row as NonNullable<typeof row>;
    // Sequences have no gaps: another number of commits means that some were forgotten.
    const isWhole = after !== undefined && commits.length === Number(head) - after;
    return { head: Number(head), ...(isWhole ? { keys: [...new Set(commits.flatMap(({ keys }) => keys))] } : {}), batches };
  }

  return {
    name: 'postgres',
    holds: 'text',
    limits: { maxKeyBytes: 2_600 },
    commit,
    changes,
    async get(key) {
      const [row] = await query<Entry>(`SELECT key, value, version::text FROM ${table} WHERE key = $1`, [key]);
      return row;
    },
    async *list({ prefix, after, limit = Number.POSITIVE_INFINITY, keysOnly }: Range) {
      let last = after;
      for (let left = limit; left > 0; ) {
        const count = Math.min(left, LIST_BATCH);
        const page = await query<Entry>(
          `SELECT key, ${keysOnly ? "''" : 'value'} AS value, version::text FROM ${table}
          WHERE key >= $1 AND ($2::text IS NULL OR key < $2) AND ($3::text IS NULL OR key > $3) ORDER BY key LIMIT $4`,
          [prefix, prefixEnd(prefix) ?? null, last ?? null, count],
        );
        if (page.length > 0) yield page;
        if (page.length < count) return;
        left -= page.length;
        last = page.at(-1)?.key;
      }
    },
    async set(key, value, options) {
      await commit([{ type: 'set', key, value, ...options }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      let isLive = true;
      const tell = (change: DriverChange<string>): void => {
        if (isLive) listener(change);
      };
      const hear = (message: string): void => {
        const [sequence, keys] = JSON.parse(message) as [number, string[]?];
        tell({ sequence, ...(keys ? { type: 'change', keys } : { type: 'reset' }) });
      };
      await inTime(Promise.resolve(ready()), 'PostgreSQL', timeoutMs);
      const listening = listen(pool, table, hear, () => tell({ type: 'reset' }));
      const stop = (): void => {
        isLive = false;
        stops.delete(stop);
        listening.then((end) => end()).catch(() => {});
      };
      stops.add(stop);
      await inTime(listening, 'PostgreSQL', timeoutMs).catch((error) => {
        stop();
        throw error;
      });
      return stop;
    },
    async close() {
      isClosed = true;
      for (const stop of stops) stop();
    },
  };
}

function ceil(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.ceil(ms);
}
