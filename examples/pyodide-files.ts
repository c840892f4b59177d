import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** What Python is made of. It loads its parts from beside its script, so they are served, and built, as they are. */
const FILES = {
  'pyodide.mjs': 'text/javascript',
  'pyodide.asm.mjs': 'text/javascript',
  'pyodide.asm.wasm': 'application/wasm',
  'python_stdlib.zip': 'application/zip',
  'pyodide-lock.json': 'application/json',
};

export function pyodideFiles(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
  return {
    name: 'pyodide-files',
    configureServer({ middlewares }) {
      for (const [name, type] of Object.entries(FILES))
        middlewares.use(`/pyodide/${name}`, (_, response) => {
          response.setHeader('content-type', type);
          createReadStream(join(folder, name)).pipe(response);
        });
    },
    generateBundle() {
      for (const name of Object.keys(FILES))
        this.emitFile({ type: 'asset', fileName: `pyodide/${name}`, source: readFileSync(join(folder, name)) });
    },
  };
}
