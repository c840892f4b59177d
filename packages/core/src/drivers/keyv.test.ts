import Keyv, { KeyvMemoryAdapter } from 'keyv';
import { expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { keepsOrder } from '../../test/uneven.ts';
import { keyv } from './keyv.ts';

await testDriver('keyv: a Map', () => ({ driver: keyv(new Map()) }));
await testDriver('keyv: its memory adapter', () => ({ driver: keyv(new KeyvMemoryAdapter(new Map()) as never) }));

test('what Keyv itself has stored in the same adapter is not taken for ours, and stays', async () => {
  const map = new Map();
  const theirs = new Keyv({ store: map });
  await theirs.set('key', 'theirs');
  const driver = keyv(map);
  for await (const batch of driver.list({ prefix: '' })) expect(batch).toEqual([]);
  await driver.set('ours', '1');
  expect(await theirs.get('key')).toBe('theirs');
});

test('an adapter that answers false has not written, and one without an iterator cannot list', async () => {
  const driver = keyv({ get: () => undefined, set: () => false, delete: () => true });
  await expect(driver.set('key', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(driver.list({ prefix: '' })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a deadline is a moment for adapters of today and a time to live for those before', async () => {
  const seen: number[] = [];
  const adapter = {
    get: () => undefined,
    set: (_key: string, _value: string, expires?: number) => seen.push(expires ?? 0),
    delete: () => true,
  };
  const expiresAtMs = Date.now() + 60_000;
  await keyv({ ...adapter, capabilities: { expires: true } }).set('key', '1', { expiresAtMs });
  await keyv(adapter).set('key', '1', { expiresAtMs });
  expect(seen[0]).toBe(expiresAtMs);
  expect(seen[1]).toBeGreaterThan(50_000);
  expect(seen[1]).toBeLessThanOrEqual(60_000);
});

keepsOrder('keyv', ({ entries, write }) => keyv({ get: (key) => entries.get(key), set: write, delete: (key) => write(key, undefined) }));
