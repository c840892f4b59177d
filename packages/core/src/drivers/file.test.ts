import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { file } from './file.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-file-'));
afterAll(() => rmSync(root, { recursive: true }));
let places = 0;

function place(): string {
  const folder = join(root, `${++places}`);
  mkdirSync(folder);
  return join(folder, 'data.json');
}

for (const durability of ['strict', 'relaxed'] as const)
  await testDriver(`file, ${durability}`, () => {
    const path = place();
    return { driver: file(path, { durability }), other: file(path, { durability }) };
  });

test('two drivers on one file lose no write of each other', { timeout: 30_000 }, async () => {
  const path = place();
  const drivers = [file(path), file(path)];
  await Promise.all(Array.from({ length: 100 }, (_, index) => drivers[index % 2]?.set(`k${index}`, `${index}`)));
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8'))).length).toBe(100);
});

test('keys are those of a JSON object, whatever their names', async () => {
  const path = place();
  for (const key of ['__proto__', 'constructor', '', '"', '\n', '../x', 'toString']) await file(path).set(key, `value of ${key}`);
  expect((await file(path).get('__proto__'))?.value).toBe('value of __proto__');
  expect(await file(path).get('hasOwnProperty')).toBeUndefined();
  expect(readdirSync(join(path, '..'))).toEqual(['data.json']);
});

test.each(['{"a": "1"', '[]x', '{"a": 1}', ''])('a file that holds %j is CORRUPT, and is not written over', async (text) => {
  const path = place();
  writeFileSync(path, text);
  await expect(file(path).get('a')).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(file(path).set('a', '2')).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a write that fails is not shown, and works once it can', async () => {
  const path = place();
  const driver = file(path);
  await driver.set('key', 'before');
  renameSync(join(path, '..'), join(path, '../../away'));
  await expect(driver.set('key', 'lost')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  renameSync(join(path, '../../away'), join(path, '..'));
  expect((await driver.get('key'))?.value).toBe('before');
  await driver.set('key', 'after');
  expect((await file(path).get('key'))?.value).toBe('after');
});

test('the lock of a process that has died is taken away, and what it left half written is removed', async () => {
  const path = place();
  // No process has this id: the highest one that Linux gives is 2^22.
  writeFileSync(`${path}.lock`, `${hostname()} ${2 ** 22 + 1} x`);
  writeFileSync(`${path}.new-x`, 'half');
  await file(path).set('key', '1');
  expect(readdirSync(join(path, '..'))).toEqual(['data.json']);
});

test('the lock of another machine is taken away after ten seconds, and not before', async () => {
  const path = place();
  writeFileSync(`${path}.lock`, 'elsewhere 1 x');
  const saved = file(path).set('key', '1');
  await new Promise((resume) => setTimeout(resume, 200));
  expect(readdirSync(join(path, '..'))).toEqual(['data.json.lock']);
  utimesSync(`${path}.lock`, new Date(Date.now() - 11_000), new Date(Date.now() - 11_000));
  await saved;
});
