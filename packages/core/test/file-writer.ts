// A process of its own that writes until it is killed: `file-writer.ts file|folder path`. Says which turns have been acknowledged.
import { file } from '../src/drivers/file.ts';
import { folder } from '../src/drivers/folder.ts';

const [, , kind, path] = process.argv as [string, string, string, string];
const driver = kind === 'file' ? file(path) : folder(path);
const filling = 'x'.repeat(20_000);
for (let turn = Number((await driver.get('turn'))?.value.split(' ')[0] ?? 0) + 1; ; turn++) {
  const text = `${turn} ${filling} ${turn}`;
  // Several at once: in a file they are one replacement.
  await Promise.all([driver.set('turn', text), driver.set(`turn-${turn % 10}`, text)]);
  process.stdout.write(`${turn}\n`);
}
