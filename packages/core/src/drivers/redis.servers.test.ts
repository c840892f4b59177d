import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { newSpace, serverLaws } from '../../test/server-laws.ts';
import { storesAgree } from '../../test/server-stores.ts';
import type { DriverChange } from '../driver.ts';
import { redis } from './redis.ts';
import type { RedisClient } from './redis-connection.ts';

const url = inject('servers').redis;

describe.skipIf(!url)('redis', async () => {
  const nodeRedis = createClient(url ? { url } : {});
  const ioRedis = new Redis(url ?? '', { lazyConnect: true });
  nodeRedis.on('error', () => {});
  if (url) await Promise.all([nodeRedis.connect(), ioRedis.connect()]);
  afterAll(async () => {
    await nodeRedis.close();
    ioRedis.disconnect();
  });

  const clients: [string, RedisClient][] = [
    ['node-redis', nodeRedis],
    ['ioredis', ioRedis],
  ];
  describe.each(clients)('%s', (_, client) => {
    const open = (namespace: string) => redis(client, { namespace });
    serverLaws(open);
    storesAgree(open);

    test('a watch that was cut off says that there was a gap, and hears again', async () => {
      const space = newSpace();
      const heard: DriverChange[] = [];
      const stop = await open(space).watch((change) => heard.push(change));
      await nodeRedis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ type: 'reset' });
      heard.length = 0;
      await open(space).set('key', 'value');
      await expect.poll(() => heard, { timeout: 5_000 }).toMatchObject([{ type: 'change', keys: ['key'] }]);
      stop();
    });
  });

  test('Redis itself evicts what has expired, and lists no longer name it', async () => {
    const driver = redis(nodeRedis, { namespace: newSpace() });
    await driver.set('past', 'value', { expiresAtMs: Date.now() - 1 });
    await driver.set('soon', 'value', { expiresAtMs: Date.now() + 30 });
    await driver.set('stays', 'value');
    await expect.poll(() => driver.get('soon')).toBeUndefined();
    for await (const batch of driver.list({ prefix: '' })) expect(batch.map(({ key }) => key)).toEqual(['stays']);
  });

  test('a log that was lost and began anew is never taken for the old one', async () => {
    const space = newSpace();
    const driver = redis(nodeRedis, { namespace: space });
    await driver.set('key', 'value');
    const before = await driver.changes();
    const version = (await driver.get('key'))?.version;
    const names = [`{${space}}:head`, `{${space}}:log`, `{${space}}:keys`, `{${space}}/key`];
    await nodeRedis.sendCommand(['DEL', ...names]);
    await driver.set('key', 'another');
    expect((await driver.changes(before.head)).keys).toBeUndefined();
    expect(await driver.commit([{ type: 'delete', key: 'key' }], { checks: [{ key: 'key', version }] })).toBeUndefined();
  });

  test('a server that forgot the scripts is given them again', async () => {
    const driver = redis(nodeRedis, { namespace: newSpace() });
    await driver.set('key', '1');
    await nodeRedis.sendCommand(['SCRIPT', 'FLUSH']);
    await Promise.all([driver.set('key', '2'), driver.set('key', '3')]);
    expect(await driver.get('key')).toMatchObject({ value: '3' });
  });

  test('a server that is not there fails in time, and text that UTF-8 loses is refused', async () => {
    const nowhere = new Redis({ host: '127.0.0.1', port: 1, lazyConnect: true });
    nowhere.on('error', () => {});
    const driver = redis(nowhere, { timeoutMs: 50 });
    await expect(driver.get('key')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(driver.watch(() => {})).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(driver.set('key', '\ud800')).rejects.toMatchObject({ code: 'UNSUPPORTED_VALUE' });
    await expect(driver.set('\0', '')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    nowhere.disconnect();
  });
});
