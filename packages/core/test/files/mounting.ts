import { expect } from 'vitest';
import type { Operation, StorageDriver } from '../../src/driver.ts';
import type { EmscriptenFS } from '../../src/files/emscripten.ts';
import { type Files, type FilesOptions, mountFiles } from '../../src/files.ts';

export interface Mounted extends Files {
  readonly directory: string;
  /** The path of something in the directory. */
  at(path: string): string;
}

let mounts = 0;

/** A mount of the volume `v` in a directory of its own: a second one is a second tab, or the next start. */
export async function mount(FS: EmscriptenFS, driver: StorageDriver, options: FilesOptions = {}): Promise<Mounted> {
  const directory = `/mount${++mounts}`;
  const files = await mountFiles(FS, directory, driver, { name: 'v', ...options }).ready;
  return { ...files, directory, at: (path) => `${directory}/${path}` };
}

/** What the next start finds. */
export async function reload(FS: EmscriptenFS, files: Files, driver: StorageDriver): Promise<Mounted> {
  expect(await files.close()).toEqual({ saved: true });
  return mount(FS, driver);
}

/** A driver that shows what is committed, in the moment when it is. */
export function observed(inner: StorageDriver): { driver: StorageDriver; commits: (readonly Operation<unknown>[])[] } {
  const commits: (readonly Operation<unknown>[])[] = [];
  const { named, ...own } = inner;
  return {
    commits,
    driver: {
      ...own,
      commit(operations, options) {
        commits.push(operations);
        return own.commit?.(operations, options) as Promise<never>;
      },
    },
  };
}

/** About how much is written. */
export function bytesIn(commits: readonly (readonly Operation<unknown>[])[]): number {
  return commits.flat().reduce((sum, operation) => {
    const value = 'value' in operation ? operation.value : undefined;
    const bytes = value instanceof Uint8Array ? value : (value as { bytes?: Uint8Array } | undefined)?.bytes;
    return sum + operation.key.length + (bytes?.length ?? 0);
  }, 0);
}

export function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 255);
}
