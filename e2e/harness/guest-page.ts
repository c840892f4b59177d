// What a page with a WASM guest runs: the library, and a way for a program that never yields to say how far it is.
import { indexedDb } from '../../packages/core/src/drivers/indexed-db.ts';
import { type EmscriptenFS, type Files, mountFiles } from '../../packages/core/src/files.ts';

interface Python {
  readonly FS: EmscriptenFS;
  runPython(code: string): string;
}

const GUESTS = '/guests';
const options = {
  micropython: { url: `${GUESTS}/@micropython/micropython-webassembly-pyscript/micropython.wasm` },
  pyodide: { indexURL: `${GUESTS}/pyodide/` },
};

const tools = {
  /** MicroPython, with the volume at /data. */
  async startSmall() {
    const { loadMicroPython } = await import(`${GUESTS}/@micropython/micropython-webassembly-pyscript/micropython.mjs`);
    const python = await loadMicroPython(options.micropython);
    return { python, FS: python._module.FS, files: await tools.mount(python._module.FS) };
  },
  /** Pyodide, with the volume at /data. */
  async startPython(): Promise<{ python: Python; files: Files }> {
    const { loadPyodide } = (await import(`${GUESTS}/pyodide/pyodide.mjs`)) as { loadPyodide(options: object): Promise<Python> };
    const python = await loadPyodide(options.pyodide);
    return { python, files: await tools.mount(python.FS) };
  },
  mount: (FS: EmscriptenFS) => mountFiles(FS, '/data', indexedDb({ name: 'guest' })).ready,
  /** Tells the test, and returns when it has been told: without an end of the turn. */
  ack(n: number): void {
    const request = new XMLHttpRequest();
    request.open('POST', `/ack?n=${n}`, false);
    request.send();
  },
};

declare global {
  var guest: typeof tools;
}
globalThis.guest = tools;
