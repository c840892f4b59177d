import { afterEach, expect, test } from 'vitest';
import { type HostStorage, hostStorage, serveGuest } from '../../src/guest.ts';
import { deleteDatabase } from '../delete-database.ts';
import { type Program, programs } from './programs.ts';

const PYODIDE = '/packages/core/node_modules/pyodide/';
const names: string[] = [];

/** On the storages of this browser, with nothing in them. */
function host(): HostStorage {
  const name = `guest ${names.length} ${Math.random()}`;
  names.push(name);
  return hostStorage({ name });
}

afterEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const name of names.splice(0)) await deleteDatabase(name);
});

const expectedOf = ([, lines]: Program): unknown[] =>
  lines.map(([, , answer]) =>
    typeof answer === 'object' ? { error: expect.stringContaining((answer as { error: string }).error) } : (answer ?? null),
  );

test('the programs run in a worker, on the storages of this browser', async () => {
  const worker = new Worker(new URL('./guest-worker.ts', import.meta.url), { type: 'module' });
  const modules = Object.fromEntries(programs.map((_, index) => [`storage ${index}`, host()]));
  const stop = serveGuest(worker, modules);
  const answers = await new Promise<unknown[][]>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => data?.type === 'ran' && resolve(data.answers));
    worker.addEventListener('error', reject);
    worker.postMessage({ type: 'run', programs });
  });
  stop();
  worker.terminate();
  for (const [index, program] of programs.entries()) expect([program[0], answers[index]]).toEqual([program[0], expectedOf(program)]);
}, 120_000);

// JavaScript Promise Integration: a call of Python waits for a promise of ours without `await`.
test.runIf('Suspending' in WebAssembly)(
  'the programs run in Python, each call blocking until it is answered',
  async () => {
    const { loadPyodide } = (await import(/* @vite-ignore */ `${PYODIDE}pyodide.mjs`)) as typeof import('pyodide');
    const python = await loadPyodide({ indexURL: PYODIDE });
    python.globals.set('programs', JSON.stringify(programs));
    python.globals.set('host', host);
    const answers = await python.runPythonAsync(`
import json
from pyodide.ffi import run_sync

def call(storage, name, args):
    try:
        answer = getattr(storage, name)(*args)
        return run_sync(answer) if hasattr(answer, 'then') else answer
    except Exception as error:
        return {'error': str(error)}

def run(lines):
    storage = host()
    return [call(storage, line[0], line[1]) for line in lines]

json.dumps([run(lines) for title, lines in json.loads(programs)])
`);
    for (const [index, program] of programs.entries())
      expect([program[0], JSON.parse(answers)[index]]).toEqual([program[0], expectedOf(program)]);

    // Bytes as Python has them.
    python.globals.set('storage', host());
    expect(
      await python.runPythonAsync(`
db = run_sync(storage.idb_open('d', 1, '{"stores": ["s"]}'))
run_sync(storage.idb_put_blob(db, 's', 'k', bytes(range(256)) * 1000, 'image/png'))
run_sync(storage.idb_get_bytes(db, 's', 'k')).to_bytes() == bytes(range(256)) * 1000
`),
    ).toBe(true);
  },
  240_000,
);
