// What is used of an Emscripten build's file system object (`Module.FS`). It has no published types of its own; MEMFS is the file
// system at the root of every build that has this object, whichever others were compiled in.

/** The `FS` object of an Emscripten guest that has started: `pyodide.FS`, `Module.FS`. */
export interface EmscriptenFS {
  // biome-ignore lint/suspicious/noExplicitAny: the types that some packages publish for it agree on names only
  mount(type: any, options: any, directory: string): unknown;
  unmount(directory: string): void;
}

/** The same with what its published types leave out. */
export interface GuestFS extends EmscriptenFS {
  readonly root: FsNode | null;
  readonly ErrnoError: new (errno: number) => object;
  analyzePath(path: string): { readonly exists: boolean };
  readdir(path: string): string[];
  readFile(path: string): Uint8Array;
  readlink(path: string): string;
  lstat(path: string): { readonly mode: number; readonly size: number; readonly mtime: Date };
  writeFile(path: string, data: Uint8Array): void;
  symlink(target: string, path: string): void;
  unlink(path: string): void;
  chmod(path: string, mode: number): void;
  utime(path: string, atime: number, mtime: number): void;
  mkdirTree(directory: string): void;
  hashAddNode(node: FsNode): void;
  hashRemoveNode(node: FsNode): void;
}

/** A file system that can be mounted. */
export interface FsType {
  mount(mount: FsMount): FsNode;
  syncfs?(mount: FsMount, populate: boolean, callback: (error?: unknown) => void): void;
}

export interface FsMount {
  readonly type: FsType;
}

/** The file system in memory that every build has at its root. */
export interface Memfs extends FsType {
  readonly node_ops: NodeOps;
  readonly stream_ops: StreamOps;
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
}

/** A file, directory or link in memory. The fields are MEMFS's. */
export interface FsNode {
  readonly mode: number;
  name: string;
  parent: FsNode;
  mount: FsMount;
  node_ops: NodeOps;
  stream_ops: StreamOps;
  /** Of a directory the nodes by name, of a file its bytes and room to grow. */
  contents?: unknown;
  usedBytes?: number;
  link?: string;
  atime?: number;
  mtime?: number;
  ctime?: number;
  /** In builds of before 2025 the only time there is. */
  timestamp?: number;
}

export interface Attributes {
  mode?: number;
  size?: number;
  atime?: number;
  mtime?: number;
  ctime?: number;
  timestamp?: number;
}

export interface FsStream {
  readonly node: FsNode;
  readonly flags: number;
}

export interface NodeOps {
  setattr(node: FsNode, attributes: Attributes): void;
  mknod(parent: FsNode, name: string, mode: number, device: number): FsNode;
  symlink(parent: FsNode, name: string, target: string): FsNode;
  rename(node: FsNode, directory: FsNode, name: string): void;
  unlink(parent: FsNode, name: string): void;
  rmdir(parent: FsNode, name: string): void;
}

export interface StreamOps {
  open?(stream: FsStream): void;
  dup?(stream: FsStream): void;
  close?(stream: FsStream): void;
  read(stream: Pick<FsStream, 'node'>, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write(stream: Pick<FsStream, 'node'>, buffer: Uint8Array, offset: number, length: number, position: number, canOwn?: boolean): number;
  msync?(stream: FsStream, buffer: Uint8Array, offset: number, length: number, flags: number): number;
  allocate?(stream: FsStream, offset: number, length: number): void;
  fsync?(stream: FsStream): number;
}

/** Numbers of musl's `errno.h` as Emscripten has them. */
export const ERRNO = { EIO: 29, ENOSPC: 51, EROFS: 69 } as const;

const KIND = 0o170000;
export const isDirectory = ({ mode }: { mode: number }): boolean => (mode & KIND) === 0o040000;
export const isFile = ({ mode }: { mode: number }): boolean => (mode & KIND) === 0o100000;
export const isLink = ({ mode }: { mode: number }): boolean => (mode & KIND) === 0o120000;

export function memfsOf({ root }: GuestFS): Memfs {
  return (root as FsNode).mount.type as Memfs;
}

/** The nodes of a directory by name. */
export function childrenOf(directory: FsNode): Record<string, FsNode> {
  return directory.contents as Record<string, FsNode>;
}

/** Opened for writing. */
export function isWritable({ flags }: FsStream): boolean {
  return (flags & 3) !== 0;
}
