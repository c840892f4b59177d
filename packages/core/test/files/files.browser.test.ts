import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { afterEach, expect, test } from 'vitest';
import { indexedDb } from '../../src/drivers/indexed-db.ts';
import { type EmscriptenFS, type Files, mountFiles } from '../../src/files.ts';
import { deleteDatabase } from '../delete-database.ts';
import { pattern } from './mounting.ts';
import { CHANGE, LOOK } from './python.ts';

/** Machines that run many tests at once answer late. */
const PATIENT = { timeout: 15_000 };

const GUESTS = '/packages/core/node_modules';
const opened: Files[] = [];
const databases: string[] = [];

function freshName(): string {
  const name = `files ${databases.length} ${Math.random()}`;
  databases.push(name);
  return name;
}

async function open(FS: EmscriptenFS, storage: ReturnType<typeof indexedDb>): Promise<Files> {
  const files = await mountFiles(FS, '/data', storage).ready;
  opened.push(files);
  return files;
}

function storage(): ReturnType<typeof indexedDb> {
  return indexedDb({ name: freshName() });
}

afterEach(async () => {
  for (const files of opened.splice(0)) await files.close();
  for (const name of databases.splice(0)) await deleteDatabase(name);
});

test('Python finds its files, links, times and databases after a restart', async () => {
  const kept = storage();
  // From its own address, as a page loads it: it looks for its other files beside itself.
  const { loadPyodide } = (await import(/* @vite-ignore */ `${GUESTS}/pyodide/pyodide.mjs`)) as typeof import('pyodide');
  const indexURL = `${GUESTS}/pyodide/`;
  const first = await loadPyodide({ indexURL });
  const files = await open(first.FS, kept);
  first.runPython(CHANGE);
  const before = first.runPython(LOOK);
  expect(before).toContain('delete ok (24, 29)\ntruncate ok (24, 29)\nwal ok (24, 29)\n');
  expect(await files.close()).toEqual({ saved: true });
  const next = await loadPyodide({ indexURL });
  await open(next.FS, kept);
  expect(next.runPython(LOOK)).toBe(before);
}, 180_000);

test('MicroPython finds its files after a restart', async () => {
  const kept = storage();
  let printed = '';
  const options = { url: `${GUESTS}/@micropython/micropython-webassembly-pyscript/micropython.wasm`, linebuffer: true };
  const first = await loadMicroPython(options);
  const files = await open(first.FS ?? first._module.FS, kept);
  first.runPython(`
import os
os.mkdir('/data/d')
with open('/data/d/a', 'w') as f: f.write('hello ' * 10_000)
os.rename('/data/d/a', '/data/b')
`);
  await files.close();
  const next = await loadMicroPython({ ...options, stdout: (line: string) => (printed = line) });
  await open(next.FS ?? next._module.FS, kept);
  next.runPython(`import os\nprint(sorted(os.listdir('/data')), len(open('/data/b').read()))`);
  expect(printed).toBe("['b', 'd'] 60000");
}, 60_000);

test('an HDF5 file is written, changed in place and found after a restart', async () => {
  const kept = storage();
  const load = async () => {
    const h5 = (await import(/* @vite-ignore */ `${GUESTS}/h5wasm/dist/esm/hdf5_hl.js?${Math.random()}`)) as typeof import('h5wasm');
    const { FS } = await h5.ready;
    return { h5, FS };
  };
  const { h5, FS } = await load();
  const files = await open(FS, kept);
  const file = new h5.File('/data/measured.h5', 'w');
  file.create_dataset({ name: 'values', data: new Float64Array(200_000).map((_, index) => index / 3) });
  file.close();
  const again = new h5.File('/data/measured.h5', 'a');
  again.create_dataset({ name: 'later', data: new Int32Array([1, 2, 3]) });
  again.close();
  expect(await files.close()).toEqual({ saved: true });
  FS.unmount('/data');
  await open(FS, kept);
  const found = new h5.File('/data/measured.h5', 'r');
  const values = (found.get('values') as { value: Float64Array }).value;
  expect([values.length, values[3], values[199_999]]).toEqual([200_000, 1, 199_999 / 3]);
  expect([...(found.get('later') as { value: Int32Array }).value]).toEqual([1, 2, 3]);
  found.close();
}, 60_000);

test('of two tabs one may write; what it writes the other has, and neither loses a file to the other', async () => {
  const name = freshName();
  const start = async () => {
    const python = await loadMicroPython({ url: `${GUESTS}/@micropython/micropython-webassembly-pyscript/micropython.wasm` });
    const FS = python.FS ?? python._module.FS;
    return { FS, files: await open(FS, indexedDb({ name })) };
  };
  const first = await start();
  const second = await start();
  expect([first.files.status.get().state, second.files.status.get().state]).toEqual(['ready', 'read-only']);
  first.FS.writeFile('/data/a', pattern(100_000));
  await expect.poll(() => second.FS.readdir('/data'), PATIENT).toContain('a');
  expect(second.FS.readFile('/data/a')).toEqual(pattern(100_000));
  expect(() => second.FS.writeFile('/data/b', 'x')).toThrow();
  await first.files.close();
  await expect.poll(() => second.files.status.get().state, PATIENT).toBe('ready');
  second.FS.writeFile('/data/b', 'x');
  await second.files.close();
  const third = await start();
  expect(third.FS.readdir('/data')).toEqual(['.', '..', 'a', 'b']);
});

test('a guest in a worker has its files; the page that comes after it finds them', async () => {
  const name = freshName();
  const url = `${location.origin}${GUESTS}/@micropython/micropython-webassembly-pyscript/micropython.wasm`;
  const worker = new Worker(new URL('./files-worker.ts', import.meta.url), { type: 'module' });
  const saved = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage({ url, name });
  });
  expect(saved).toEqual({ saved: true });
  worker.terminate();
  const python = await loadMicroPython({ url });
  const FS = python.FS ?? python._module.FS;
  const files = await open(FS, indexedDb({ name }));
  expect(FS.readFile('/data/a', { encoding: 'utf8' })).toBe('from the worker');
  await expect.poll(() => files.status.get().state, { timeout: 30_000 }).toBe('ready');
}, 60_000);
