import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { importIdbfs, mountFiles, readTree } from '../../src/files.ts';
import { deleteDatabase } from '../delete-database.ts';
import type { GuestFS } from './guest.ts';

const PYODIDE = '/packages/core/node_modules/pyodide/';

test('what IDBFS has stored is imported, and stays where it is', async () => {
  const { loadPyodide } = (await import(/* @vite-ignore */ `${PYODIDE}pyodide.mjs`)) as typeof import('pyodide');
  const python = await loadPyodide({ indexURL: PYODIDE });
  const FS = python.FS as unknown as GuestFS & { filesystems: { IDBFS: { quit(): void } } };
  const old = `/old${Math.random()}`;
  FS.mkdir(old);
  FS.mount(FS.filesystems.IDBFS, {}, old);
  FS.mkdirTree(`${old}/a/b`);
  FS.writeFile(`${old}/a/b/large`, new Uint8Array(100_000).fill(7));
  FS.writeFile(`${old}/text`, 'Größe');
  FS.symlink('text', `${old}/link`);
  FS.utime(`${old}/text`, 1_234_567_890_123, 1_234_567_890_123);
  await new Promise((resolve) => FS.syncfs(false, resolve));
  const before = readTree(FS, old);
  FS.unmount(old);

  await mountFiles(FS, '/data', memory()).ready;
  expect(await importIdbfs(FS, old, '/data')).toBe(5);
  const found = readTree(FS, '/data');
  const comparable = (entries: typeof before) =>
    entries.map(({ mtimeMs, ...entry }) => (entry.target === undefined ? { ...entry, mtimeMs } : entry));
  expect(comparable(found)).toEqual(comparable(before));
  expect(await importIdbfs(FS, old, '/data')).toBe(5);
  expect(await importIdbfs(FS, '/never', '/data')).toBe(0);
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('/never');
  FS.filesystems.IDBFS.quit();
  await deleteDatabase(old);
}, 180_000);
