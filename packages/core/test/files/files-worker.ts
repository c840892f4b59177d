import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { indexedDb } from '../../src/drivers/indexed-db.ts';
import { mountFiles } from '../../src/files.ts';

self.addEventListener('message', async ({ data: { url, name } }: MessageEvent) => {
  const python = await loadMicroPython({ url });
  const files = await mountFiles(python.FS ?? python._module.FS, '/data', indexedDb({ name })).ready;
  python.runPython(`with open('/data/a', 'w') as f: f.write('from the worker')`);
  self.postMessage(await files.flush());
});
