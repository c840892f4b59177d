import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStorage } from 'unstorage';
import fsDriver from 'unstorage/drivers/fs';
import memoryDriver from 'unstorage/drivers/memory';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { keepsOrder } from '../../test/uneven.ts';
import { unstorage } from './unstorage.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-unstorage-'));
afterAll(() => rmSync(folder, { recursive: true }));
let places = 0;

await testDriver('unstorage: its memory driver', () => ({ driver: unstorage(memoryDriver()) }));
await testDriver('unstorage: its fs driver', () => ({ driver: unstorage(fsDriver({ base: join(folder, `${++places}`) })) }));
await testDriver('unstorage: a storage around a driver', () => ({ driver: unstorage(createStorage({ driver: memoryDriver() })) }));

test('a driver that only reads refuses writes', async () => {
  const driver = unstorage({ name: 'read-only', getItem: () => null, getKeys: () => [] });
  await expect(driver.set('key', '1')).rejects.toMatchObject({ code: 'DENIED' });
  await expect(driver.delete('key')).rejects.toMatchObject({ code: 'DENIED' });
});

test('what its own users have stored is not taken for ours, and stays', async () => {
  const storage = createStorage({ driver: memoryDriver() });
  await storage.setItem('user:1', 'text');
  await storage.setItem('plain', { a: 1 });
  const driver = unstorage(storage);
  expect(await driver.get('plain')).toBeUndefined();
  for await (const batch of driver.list({ prefix: '' })) expect(batch).toEqual([]);
  expect(await storage.getItem('user:1')).toBe('text');
});

test('a deadline is passed on in seconds', async () => {
  const seen: unknown[] = [];
  const driver = unstorage({ getItem: () => null, getKeys: () => [], setItem: (_key, _value, options) => seen.push(options) });
  await driver.set('key', '1', { expiresAtMs: Date.now() + 90_400 });
  expect(seen).toEqual([{ ttl: 91 }]);
});

keepsOrder('unstorage', ({ entries, write }) =>
  unstorage({ getItem: (key) => entries.get(key), setItem: write, removeItem: (key) => write(key, undefined), getKeys: () => [] }),
);
