import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { level } from './level.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-level-'));
afterAll(() => rmSync(folder, { recursive: true }));
let places = 0;

await testDriver('level', () => {
  const database = new ClassicLevel(join(folder, `${++places}`));
  return { driver: level(database), end: () => database.close() };
});

test('a database that is closed rejects', async () => {
  const database = new ClassicLevel(join(folder, 'closed'));
  const driver = level(database);
  await driver.set('key', '1');
  await database.close();
  await expect(driver.get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(driver.set('key', '2')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
