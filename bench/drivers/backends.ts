import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { kv, type StorageDriver } from '@holdfast/core';
import { memory } from '@holdfast/core/drivers/memory';
import { redis } from '@holdfast/core/drivers/redis';
import { sqlite } from '@holdfast/core/drivers/sqlite';
import KeyvRedis from '@keyv/redis';
import { createDatabase } from 'db0';
import nodeSqlite from 'db0/connectors/node-sqlite';
import Keyv from 'keyv';
import polystore from 'polystore';
import { createClient } from 'redis';
import { createStorage, type Driver as UnstorageDriver } from 'unstorage';
import db0Driver from 'unstorage/drivers/db0';
import memoryDriver from 'unstorage/drivers/memory';
import redisDriver from 'unstorage/drivers/redis';
import type { Backend, Contender } from './contender.ts';

function holdfast(driver: StorageDriver<never> | StorageDriver): Contender {
  const store = kv(driver as StorageDriver);
  return {
    name: 'Holdfast',
    set: (key, value) => store.set(key, value),
    get: (key) => store.get(key),
    setMany: (entries) => store.setMany(entries),
    scan: async () => (await store.entries()).length,
  };
}

function fromPolystore(client: unknown): Contender {
  const store = polystore(client as Map<string, string>);
  return {
    name: 'polystore',
    set: (key, value) => store.set(key, value),
    get: (key) => store.get(key),
    setMany: (entries) => Promise.all(entries.map(([key, value]) => store.set(key, value))),
    scan: async () => (await store.entries()).length,
  };
}

function fromUnstorage(driver: UnstorageDriver): Contender {
  const store = createStorage({ driver });
  return {
    name: 'unstorage',
    set: (key, value) => store.setItem(key, value),
    get: (key) => store.getItem(key),
    setMany: (entries) => store.setItems(entries.map(([key, value]) => ({ key, value }))),
    scan: async () => (await store.getItems(await store.getKeys())).length,
  };
}

function fromKeyv(adapter: unknown): Contender {
  const store = new Keyv({ store: adapter });
  return {
    name: 'keyv',
    set: (key, value) => store.set(key, value),
    get: (key) => store.get(key),
    setMany: (entries) => store.setMany(entries.map(([key, value]) => ({ key, value }))),
  };
}

/** All of them with the settings of our driver: a write-ahead log that is not flushed at each commit. */
function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return database;
}

export function backends(redisUrl: string | undefined): Backend[] {
  const found: Backend[] = [
    {
      name: 'memory',
      async open() {
        const contenders = [holdfast(memory()), fromPolystore(new Map()), fromUnstorage(memoryDriver()), fromKeyv(new Map())];
        return { contenders, close: async () => {} };
      },
    },
    {
      name: 'SQLite (node:sqlite)',
      async open() {
        const folder = mkdtempSync(join(tmpdir(), 'bench-sqlite-'));
        const theirs = openDatabase(join(folder, 'polystore.db'));
        theirs.exec('CREATE TABLE kv (id TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER)');
        const db0 = createDatabase(nodeSqlite({ path: join(folder, 'unstorage.db') }));
        await db0.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
        const contenders = [
          holdfast(sqlite(openDatabase(join(folder, 'holdfast.db')))),
          fromPolystore(theirs),
          fromUnstorage(db0Driver({ database: db0 })),
        ];
        return { contenders, close: async () => rmSync(folder, { recursive: true }) };
      },
    },
  ];
  if (redisUrl)
    found.push({
      name: 'Redis (node-redis; unstorage: ioredis)',
      // Each in a database of its own: some list the whole of it.
      async open() {
        const clients = await Promise.all([0, 1].map((database) => createClient({ url: `${redisUrl}/${database}` }).connect()));
        const unstorage = redisDriver({ url: `${redisUrl}/2` });
        const adapter = new KeyvRedis(`${redisUrl}/3`);
        const contenders = [
          holdfast(redis(clients[0] as never) as unknown as StorageDriver),
          fromPolystore(clients[1]),
          fromUnstorage(unstorage as UnstorageDriver),
          fromKeyv(adapter),
        ];
        return {
          contenders,
          async close() {
            await Promise.all(clients.map((client) => client.close()));
            await unstorage.dispose?.();
            await adapter.disconnect();
          },
        };
      },
    });
  return found;
}
