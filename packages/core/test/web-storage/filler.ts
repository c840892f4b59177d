// A process of its own that sets items until the storage is full: `filler.ts path name quotaBytes`.
import { sqliteStorage } from '../../src/web-storage.ts';

const [, , path, name, quotaBytes] = process.argv as [string, string, string, string, string];
const storage = sqliteStorage(path, { quotaBytes: Number(quotaBytes) });
let count = 0;
try {
  for (;;) storage.setItem(`${name}-${++count}`, 'x'.repeat(100));
} catch (error) {
  process.stdout.write(`${(error as Error).name} ${count - 1}`);
}
