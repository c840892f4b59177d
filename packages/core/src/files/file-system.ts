import {
  type Attributes,
  childrenOf,
  ERRNO,
  type FsNode,
  type FsStream,
  type FsType,
  type GuestFS,
  isDirectory,
  isFile,
  isLink,
  isWritable,
  memfsOf,
  type NodeOps,
  type StreamOps,
} from './emscripten.ts';
import { setChanged } from './times.ts';
import type { Volume } from './volume.ts';
import { walCommits } from './wal-commits.ts';

/** When what has changed is to be written. What is not called here is written at the end of the turn. */
export interface Timing {
  /** Something has changed. */
  changed(): void;
  /** The program has come to the end of something: it is written now, unless that was done very often just before. */
  point(): void;
  /** The program wrote, and may never close: it is written now if the last time is a while ago, or it is much. */
  pace(): void;
  /** Written now. */
  sync(): void;
  /** What stands in the way of storing: the errno that a program gets. */
  failure(): number | undefined;
  isReadOnly(): boolean;
}

export interface Hooks {
  /** Puts into the new root what storage has. */
  fill(root: FsNode): void;
  /** What `FS.syncfs` does. */
  sync(populate: boolean): Promise<unknown>;
}

export interface FileSystem {
  readonly type: FsType;
  /** Makes a node in memory that is watched; nobody is told of it. */
  create(parent: FsNode, name: string, mode: number): FsNode;
}

/**
 * A file system that keeps its files in MEMFS and tells a volume of each change. Every operation that changes something is
 * wrapped, because guests differ in which ones they use: SQLite never closes, mmap never writes, `open(…, 'w')` truncates first.
 */
export function createFileSystem(FS: GuestFS, volume: Volume, timing: Timing, hooks: Hooks): FileSystem {
  const memfs = memfsOf(FS);
  const memory = { node: memfs.node_ops, stream: memfs.stream_ops };
  const wal = walCommits();
  // MEMFS has different sets of operations for directories, files and links: the first node of each shows them.
  const wrapped = new Map<NodeOps, { readonly node: NodeOps; readonly stream: StreamOps }>();

  function refuse(errno: number | undefined): void {
    if (errno !== undefined) throw new FS.ErrnoError(errno);
  }

  function guard(): void {
    if (timing.isReadOnly()) throw new FS.ErrnoError(ERRNO.EROFS);
  }

  function adopt(node: FsNode): FsNode {
    let ops = wrapped.get(node.node_ops);
    if (!ops) {
      ops = { node: { ...node.node_ops, ...nodeOps(node) }, stream: { ...node.stream_ops, ...streamOps(node) } };
      wrapped.set(node.node_ops, ops);
    }
    node.node_ops = ops.node;
    node.stream_ops = ops.stream;
    return node;
  }

  function added(parent: FsNode, node: FsNode): FsNode {
    // Devices live as long as the guest.
    if (!isDirectory(node) && !isFile(node) && !isLink(node)) return node;
    volume.add(adopt(node));
    volume.touch(parent);
    timing.changed();
    return node;
  }

  function gone(parent: FsNode, node: FsNode | undefined): void {
    if (node) volume.remove(node);
    volume.touch(parent);
    timing.changed();
    timing.point();
  }

  function nodeOps(node: FsNode): Partial<NodeOps> {
    const setattr = (node: FsNode, attributes: Attributes): void => {
      guard();
      const before = node.usedBytes ?? 0;
      memory.node.setattr(node, attributes);
      const isResize = attributes.size !== undefined && isFile(node);
      if (isResize) {
        setChanged(node);
        volume.resized(node, before);
      }
      volume.touch(node);
      timing.changed();
      // `open(…, 'w')` empties a file before it opens it, and changes the mode of one that it made right after: its close is the end.
      if (isResize === (volume.of(node)?.openStreams ?? 0) > 0) timing.point();
    };
    if (!isDirectory(node)) return { setattr };
    return {
      setattr,
      mknod(parent, name, mode, device) {
        guard();
        const node = added(parent, memory.node.mknod(parent, name, mode, device));
        if (isDirectory(node)) timing.point();
        return node;
      },
      symlink(parent, name, target) {
        guard();
        const node = added(parent, memory.node.symlink(parent, name, target));
        timing.point();
        return node;
      },
      rename(node, directory, name) {
        guard();
        const from = node.parent;
        const victim = childrenOf(directory)[name];
        memory.node.rename(node, directory, name);
        // `FS.rename` does this later, and finds it done.
        node.parent = directory;
        if (victim) volume.remove(victim);
        volume.touch(node);
        volume.touch(directory);
        gone(from, undefined);
      },
      unlink(parent, name) {
        guard();
        const node = childrenOf(parent)[name];
        memory.node.unlink(parent, name);
        gone(parent, node);
      },
      rmdir(parent, name) {
        guard();
        const node = childrenOf(parent)[name];
        memory.node.rmdir(parent, name);
        gone(parent, node);
      },
    };
  }

  function fsync(): number {
    timing.sync();
    refuse(timing.failure());
    return 0;
  }

  function streamOps(node: FsNode): Partial<StreamOps> {
    if (isDirectory(node)) return { fsync };
    if (!isFile(node)) return {};
    const count = ({ node }: FsStream, by: number): void => {
      const inode = volume.of(node);
      if (inode) inode.openStreams += by;
    };
    return {
      open(stream) {
        if (isWritable(stream)) guard();
        count(stream, 1);
      },
      dup: (stream) => count(stream, 1),
      close(stream) {
        count(stream, -1);
        const inode = volume.of(stream.node);
        if (!isWritable(stream) || !inode || inode.isDead) return;
        if (volume.isDirty(inode)) timing.point();
        // A full disk is the program's business; what will pass is tried again without it.
        if (timing.failure() === ERRNO.ENOSPC) refuse(ERRNO.ENOSPC);
      },
      write(stream, buffer, offset, length, position, canOwn) {
        guard();
        const before = stream.node.usedBytes ?? 0;
        const written = memory.stream.write(stream, buffer, offset, length, position, canOwn);
        volume.wrote(stream.node, before, position, position + written);
        timing.changed();
        if (wal.ends(stream.node, buffer, offset, length)) timing.point();
        else timing.pace();
        return written;
      },
      msync(stream, buffer, offset, length, flags) {
        guard();
        const before = stream.node.usedBytes ?? 0;
        // MEMFS calls its own `write`, not ours.
        const result = memory.stream.msync?.(stream, buffer, offset, length, flags) ?? 0;
        volume.wrote(stream.node, before, offset, offset + length);
        timing.changed();
        timing.point();
        return result;
      },
      ...(memory.stream.allocate
        ? {
            allocate(stream: FsStream, offset: number, length: number) {
              guard();
              const before = stream.node.usedBytes ?? 0;
              memory.stream.allocate?.(stream, offset, length);
              volume.resized(stream.node, before);
              timing.changed();
            },
          }
        : {}),
      fsync,
    };
  }

  return {
    create: (parent, name, mode) => adopt(memfs.createNode(parent, name, mode, 0)),
    type: {
      mount(mount) {
        const root = adopt(memfs.createNode(null, '/', 0o040777, 0));
        // A node takes the mount from its parent when it is made; `FS.mount` sets the one of the root only after this.
        root.mount = mount;
        hooks.fill(root);
        return root;
      },
      syncfs(_, populate, callback) {
        void hooks.sync(populate).then(callback);
      },
    },
  };
}
