import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { sqlite } from '../src/drivers/sqlite.ts';
import { kv } from '../src/kv/kv.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a writer; kills it where it has acknowledged so many turns. Resolves to how many it has acknowledged. */
function write(path: string, name: string, turns: number, killAfter = Number.POSITIVE_INFINITY): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sqlite-writer.ts'), path, name, `${turns}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  child.stdout.on('data', (text: Buffer) => {
    acknowledged += text.toString().split('\n').length - 1;
    if (acknowledged >= killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(acknowledged));
  });
}

test('four processes write, one is killed: nothing acknowledged is lost, and a fifth follows to the end', { timeout: 60_000 }, async () => {
  const path = join(folder, 'shared.db');
  const store = kv<number>(sqlite(new DatabaseSync(path)));
  const seen: number[] = [];
  const stop = await store.watch<number>('total', (value) => seen.push(value ?? 0));
  const turns = await Promise.all([write(path, 'a', 150), write(path, 'b', 150), write(path, 'c', 150), write(path, 'killed', 1e6, 40)]);
  const least = turns.reduce((sum, count) => sum + count);
  const total = (await store.get('total')) ?? 0;
  expect(turns.slice(0, 3)).toEqual([150, 150, 150]);
  // The one that was killed may have written one more than it could say.
  expect(total - least).toBeGreaterThanOrEqual(0);
  const values = await store.all();
  for (const name of ['a', 'b', 'c', 'killed']) expect(values[`${name}-a`], name).toBe(values[`${name}-b`]);
  expect(values['killed-a']).toBeGreaterThanOrEqual(turns[3] as number);
  await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe(total);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  stop();
});
