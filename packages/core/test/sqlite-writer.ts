// A process of its own that writes: `sqlite-writer.ts path name count`. Says what has been acknowledged.
import { DatabaseSync } from 'node:sqlite';
import { sqlite } from '../src/drivers/sqlite.ts';
import { kv } from '../src/kv/kv.ts';

const [, , path, name, count] = process.argv as [string, string, string, string, string];
const store = kv<number>(sqlite(new DatabaseSync(path)));
for (let turn = 1; turn <= Number(count); turn++) {
  await store.update('total', (n = 0) => n + 1);
  await store.setMany([[`${name}-a`, turn], [`${name}-b`, turn]]); // biome-ignore format: one line
  process.stdout.write(`${turn}\n`);
}
