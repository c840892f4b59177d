import { indexedDb } from '@holdfast/core';
import { type Files, mountFiles } from '@holdfast/core/files';
import type { PyodideAPI } from 'pyodide';

/** A Python whose `/data` and variables are there again after a reload, a crash, a kill. */
export interface Python {
  readonly files: Files;
  /** Resolves to what the code has printed. The variables are stored when it ends, however it ends. */
  run(code: string): Promise<{ printed: string; failed: boolean }>;
}

const VARIABLES = `
import pickle, sys
from types import ModuleType

def _keep_variables(path, scope):
    kept = {}
    for name, value in scope.items():
        if name.startswith('_') or isinstance(value, ModuleType):
            continue
        try:
            pickle.dumps(value)
            kept[name] = value
        except Exception:
            pass
    with open(path, 'wb') as file:
        pickle.dump(kept, file)

def _restore_variables(path, scope):
    try:
        with open(path, 'rb') as file:
            scope.update(pickle.load(file))
    except FileNotFoundError:
        pass
`;

export async function startPython(): Promise<Python> {
  // From its own address: it looks for its other files beside itself.
  const indexURL = new URL('./pyodide/', location.href).href;
  const { loadPyodide } = (await import(/* @vite-ignore */ `${indexURL}pyodide.mjs`)) as typeof import('pyodide');
  const python: PyodideAPI = await loadPyodide({ indexURL });
  const files = await mountFiles(python.FS, '/data', indexedDb({ name: 'holdfast-notebook-files' })).ready;
  const scope = python.toPy({});
  python.runPython(VARIABLES);
  const call = (name: string): unknown => python.globals.get(name)('/data/.variables', scope);
  call('_restore_variables');

  return {
    files,
    async run(code) {
      let printed = '';
      const write = {
        batched(line: string) {
          printed += `${line}\n`;
        },
      };
      python.setStdout(write);
      python.setStderr(write);
      try {
        await python.runPythonAsync(code, { globals: scope });
        return { printed, failed: false };
      } catch (error) {
        // The last line says what; those before say where inside of Pyodide.
        return { printed: printed + String(error).trim().split('\n').at(-1), failed: true };
      } finally {
        // Another tab may be the one that writes.
        if (files.status.get().state === 'ready') call('_keep_variables');
      }
    },
  };
}
