import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { type GuestFS as CoreFS, childrenOf, type FsNode, isDirectory, isFile, isLink } from '../../src/files/emscripten.ts';
import { timesOf } from '../../src/files/times.ts';

interface Stat {
  readonly mode: number;
  readonly size: number;
  readonly mtime: Date;
}

/** What tests use of a guest's file system. */
export interface GuestFS extends CoreFS {
  analyzePath(path: string): { readonly exists: boolean; readonly object: FsNode | null };
  writeFile(path: string, data: string | Uint8Array, options?: { flags?: string }): void;
  readFile(path: string, options: { encoding: 'utf8' }): string;
  readFile(path: string): Uint8Array;
  readdir(path: string): string[];
  lstat(path: string): Stat;
  stat(path: string): Stat;
  readlink(path: string): string;
  mkdir(path: string): void;
  mkdirTree(path: string): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  truncate(path: string, size: number): void;
  ftruncate(fd: number, size: number): void;
  chmod(path: string, mode: number): void;
  utime(path: string, atime: number, mtime: number): void;
  open(path: string, flags: string): Stream;
  close(stream: Stream): void;
  write(stream: Stream, data: Uint8Array, offset: number, length: number, position?: number): number;
  syncfs(populate: boolean, callback: (error: unknown) => void): void;
}

export interface Stream {
  readonly fd: number;
  readonly stream_ops: {
    fsync(stream: Stream): number;
    msync(stream: Stream, data: Uint8Array, offset: number, length: number, flags: number): number;
  };
}

/** A MicroPython that was just started: the smallest guest, 30 ms. */
export async function startGuest(): Promise<{ FS: GuestFS; run(code: string): string }> {
  let output = '';
  const python = await loadMicroPython({
    linebuffer: true,
    stdout: (line: string) => {
      output += `${line}\n`;
    },
  });
  return {
    FS: python.FS ?? python._module.FS,
    run(code) {
      output = '';
      python.runPython(code);
      return output.trim();
    },
  };
}

/** Everything in a directory, a line each: path, mode, size, bytes or target, and (unless left out) the time of its change. Also in the middle of an operation. */
export function treeOf(FS: GuestFS, directory: string, { times = true }: { times?: boolean } = {}): string[] {
  const lines: string[] = [];
  const visit = (node: FsNode, path: string): void => {
    const { mode, usedBytes: size = 0 } = node;
    const content = isLink(node) ? node.link : isFile(node) && size > 0 ? hash((node.contents as Uint8Array).subarray(0, size)) : '';
    lines.push([path, mode.toString(8), size, content, times ? timesOf(node).mtime : ''].join(' '));
    if (!isDirectory(node)) return;
    for (const name of Object.keys(childrenOf(node)).sort()) visit(childrenOf(node)[name] as FsNode, `${path}/${name}`);
  };
  visit(FS.analyzePath(directory).object as FsNode, '');
  return lines;
}

/** FNV-1a, enough to tell files of a test apart. */
function hash(bytes: Uint8Array): string {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return (value >>> 0).toString(16);
}
