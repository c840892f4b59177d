import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { newSpace, serverLaws } from '../../test/server-laws.ts';
import { storesAgree } from '../../test/server-stores.ts';
import type { DriverChange } from '../driver.ts';
import { postgres } from './postgres.ts';

const url = inject('servers').postgres;

describe.skipIf(!url)('postgres', () => {
  const pool = new Pool({ connectionString: url, max: 20 });
  pool.on('error', () => {}); // a connection that is cut while idle
  afterAll(() => pool.end());
  const open = (table: string) => postgres(pool, { table });
  serverLaws(open);
  storesAgree(open);

  test('commits of many connections become visible in the order of their numbers, without gaps', async () => {
    const table = newSpace();
    const [driver, reader] = [open(table), open(table)];
    await driver.set('first', '');
    const { head } = await reader.changes();
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        // Whoever has seen a number has seen all before it.
        const { batches } = await reader.changes(head);
        expect(batches.map(({ sequence }) => sequence)).toEqual(batches.map((_, index) => head + 1 + index));
      }
    })();
    await Promise.all(
      Array.from({ length: 15 }, async (_, writer) => {
        for (let turn = 0; turn < 20; turn++) {
          // A third of them fail a condition half-way: they must not use up a number.
          const checks = turn % 3 === 0 ? { checks: [{ key: 'first' }] } : {};
          await driver.commit([{ type: 'append', key: `log${writer}`, value: `${turn}` }], checks);
        }
      }),
    );
    isDone = true;
    await reading;
    expect((await reader.changes()).head).toBe(head + 15 * 13);
  });

  test('a watch that was cut off says that there was a gap, and hears again', async () => {
    const table = newSpace();
    const heard: DriverChange[] = [];
    const stop = await open(table).watch((change) => heard.push(change));
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN ${table}'`);
    await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ type: 'reset' });
    heard.length = 0;
    await open(table).set('key', 'value');
    await expect.poll(() => heard, { timeout: 5_000 }).toMatchObject([{ type: 'change', keys: ['key'] }]);
    stop();
  });

  test('a commit of keys too long for one notification is told as a gap', async () => {
    const table = newSpace();
    const heard: DriverChange[] = [];
    const stop = await open(table).watch((change) => heard.push(change));
    await open(table).commit(Array.from({ length: 1_000 }, (_, index) => ({ type: 'delete', key: `a long key ${index}` })));
    await expect.poll(() => heard, { timeout: 5_000 }).toMatchObject([{ type: 'reset' }]);
    stop();
  });

  test('whoever may not create tables uses those that are there, and a stranger to the database is told', async () => {
    const table = newSpace();
    await open(table).set('key', 'value');
    const role = `reader_${table}`;
    await pool.query(`CREATE ROLE ${role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${table}, ${table}_head, ${table}_log, ${table}_batches TO ${role}`);
    const limited = new Pool({ connectionString: (url ?? '').replace('postgres@', `${role}@`) });
    const driver = postgres(limited, { table });
    await driver.set('key', 'another');
    expect(await driver.get('key')).toMatchObject({ value: 'another' });
    await expect(postgres(limited, { table: newSpace() }).get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await limited.end();
    expect(() => postgres(pool, { table: 'a; drop table b' })).toThrow(/INVALID_ARGUMENT/);
  });

  test('what has expired is evicted while commits go on', async () => {
    const driver = open(newSpace());
    await driver.set('past', 'value', { expiresAtMs: Date.now() - 1 });
    for (let turn = 0; turn < 256; turn++) await driver.set('key', `${turn}`);
    expect(await driver.get('past')).toBeUndefined();
  });
});

describe('postgres in PGlite', async () => {
  const database = await PGlite.create();
  afterAll(() => database.close());
  const open = (table: string) => postgres(database, { table });
  serverLaws(open);
  storesAgree(open);
});
