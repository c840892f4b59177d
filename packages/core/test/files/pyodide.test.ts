import { loadPyodide, type PyodideAPI } from 'pyodide';
import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { type Files, mountFiles } from '../../src/files.ts';
import { CHANGE, LOOK } from './python.ts';

const storage = memory();

async function start(): Promise<{ python: PyodideAPI; files: Files }> {
  const python = await loadPyodide();
  return { python, files: await mountFiles(python.FS, '/data', storage).ready };
}

test('Python finds its files, links, times and databases after a restart', async () => {
  const { python, files } = await start();
  python.runPython(CHANGE);
  const before = python.runPython(LOOK);
  expect(await files.close()).toEqual({ saved: true });
  const next = await start();
  expect(next.python.runPython(LOOK)).toBe(before);
  expect(before).toContain('delete ok (24, 29)\ntruncate ok (24, 29)\nwal ok (24, 29)\n');
  await next.files.close();
}, 90_000);
