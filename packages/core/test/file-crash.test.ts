import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Driver } from '../src/driver.ts';
import { file } from '../src/drivers/file.ts';
import { folder } from '../src/drivers/folder.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Lets a process write until it has acknowledged so many turns, and kills it in the middle of the next. Resolves to the last one. */
function writeAndDie(kind: string, path: string, turns: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'file-writer.ts'), kind, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let first = 0;
  let last = 0;
  child.stdout.on('data', (text: Buffer) => {
    last = Number(text.toString().trim().split('\n').at(-1));
    first ||= last;
    // Not in the turn of the message: the writer is somewhere in its next one by then.
    if (last - first >= turns) setTimeout(() => child.kill('SIGKILL'), Math.random() * 5);
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(last));
  });
}

async function keys(driver: Driver): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of driver.list({ prefix: '' })) found.push(...batch.map(({ key }) => key));
  return found;
}

for (const kind of ['file', 'folder'])
  test(`${kind}: of a thousand writes with ten kills in the middle nothing acknowledged is lost, and nothing is half written`, {
    timeout: 120_000,
  }, async () => {
    const place = join(root, kind);
    mkdirSync(place);
    const path = kind === 'file' ? join(place, 'data.json') : place;
    for (let kill = 0; kill < 10; kill++) {
      const acknowledged = await writeAndDie(kind, path, 50);
      const driver = kind === 'file' ? file(path) : folder(path);
      for (const key of await keys(driver)) {
        const [begin, , end] = (await driver.get(key))?.value.split(' ') ?? [];
        expect(begin, key).toBe(end);
        if (key === 'turn') expect(Number(begin)).toBeGreaterThanOrEqual(acknowledged);
      }
    }
    // The next writer cleans up: no lock and no half file is left.
    if (kind === 'file') {
      await file(path).set('last', '1');
      expect(readdirSync(place)).toEqual(['data.json']);
    }
    expect((await keys(kind === 'file' ? file(path) : folder(path))).filter((key) => key.startsWith('turn-')).length).toBe(10);
  });
