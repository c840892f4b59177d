import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { folder } from './folder.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
let places = 0;
const place = (): string => join(root, 'inner', `${++places}`);

await testDriver('folder', () => {
  const path = place();
  return { driver: folder(path, { durability: 'relaxed' }), other: folder(path) };
});

test('no key leaves the folder, and each is one file that gives back its key', { timeout: 60_000 }, async () => {
  const path = place();
  const driver = folder(path, { durability: 'relaxed' });
  const hostile = ['.', '..', '../x', '../../x', '/etc/x', 'a/b', 'a\\b', 'con', 'nul.txt', 'x'.repeat(5_000), '\u0000', 'a\u0000b', '.hidden', '%2e%2e', 'A', 'a', '💾'.repeat(200)]; // biome-ignore format: one line
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', minLength: 1 })), async (key) => {
      await driver.set(key, `value of ${key}`);
      expect((await driver.get(key))?.value).toBe(`value of ${key}`);
    }),
    { seed: 20261125, numRuns: 300 },
  );
  const listed: string[] = [];
  for await (const batch of driver.list({ prefix: '' }))
    for (const { key, value } of batch) {
      expect(value).toBe(`value of ${key}`);
      listed.push(key);
    }
  expect(new Set(listed).size).toBe(listed.length);
  const names = readdirSync(path);
  expect(names.length).toBe(listed.length);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(readdirSync(join(root, 'inner')).every((name) => /^\d+$/.test(name))).toBe(true);
  expect(existsSync(join(root, 'x'))).toBe(false);
});

test('other files in the folder are no entries, and what was left half written is removed', async () => {
  const path = place();
  await folder(path).set('key', '1');
  for (const name of ['README.md', 'kUpper', 'k=zz', 't-new', 't-old', '.git']) writeFileSync(join(path, name), 'x');
  utimesSync(join(path, 't-old'), 0, 0);
  const driver = folder(path);
  await driver.set('key', '2');
  for await (const batch of driver.list({ prefix: '' })) expect(batch).toEqual([{ key: 'key', value: '2' }]);
  expect(readdirSync(path).sort()).toEqual(['.git', 'README.md', 'k=zz', 'kUpper', 'kkey', 't-new']);
});

test('a folder that cannot be made rejects, and works once it can', async () => {
  const path = place();
  const driver = folder(join(path, 'deeper'));
  await folder(path).set('key', '1');
  writeFileSync(join(path, 'deeper'), 'in the way');
  await expect(driver.set('key', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  rmSync(join(path, 'deeper'));
  await driver.set('key', '1');
  expect((await driver.get('key'))?.value).toBe('1');
});
