import { childrenOf, type FsNode, type GuestFS, isDirectory, isFile, memfsOf } from './emscripten.ts';
import type { FileSystem } from './file-system.ts';
import { type Inode, segmentOf } from './inode.ts';
import { GROUP_INODES, INLINE_BYTES, type InodeRecord, PAGE_BYTES, SEGMENT_BYTES } from './layout.ts';
import type { Snapshot, Write } from './loader.ts';
import { setTimes } from './times.ts';
import { ROOT, type Volume } from './volume.ts';

/** Brings the tree in memory to what storage says. Open streams stay open: a node that is kept is the same object. */
export function applySnapshot(snapshot: Snapshot, root: FsNode, FS: GuestFS, fileSystem: FileSystem, volume: Volume): void {
  const memory = memfsOf(FS);
  const { isWhole, groups } = snapshot;
  const records = new Map([...groups.values()].flatMap((group) => [...group]));
  const placed = new Set<number>([ROOT]);

  function detach(node: FsNode): void {
    if (childrenOf(node.parent)[node.name] === node) delete childrenOf(node.parent)[node.name];
    FS.hashRemoveNode(node);
  }

  function isInPlace({ node }: Inode, { parent, name }: InodeRecord): boolean {
    return node.name === name && volume.of(node.parent)?.number === parent;
  }

  function place(record: InodeRecord): void {
    if (placed.has(record.number)) return;
    placed.add(record.number);
    const above = records.get(record.parent);
    if (above) place(above);
    let parent = volume.inodes.get(record.parent)?.node ?? root;
    let { name } = record;
    const known = volume.inodes.get(record.number);
    if (known && isInPlace(known, record)) return;
    // A commit that failed for want of space can have left a directory out that a later one put a file into: the file is kept.
    const isLost = !volume.inodes.has(record.parent) || !isDirectory(parent) || Object.hasOwn(childrenOf(parent), name);
    if (isLost) {
      parent = root;
      name = `lost+found ${record.number} ${name}`;
    }
    let node = known?.node;
    if (node) {
      Object.assign(node, { parent, name });
      childrenOf(parent)[name] = node;
      FS.hashAddNode(node);
    } else {
      node = fileSystem.create(parent, name, record.mode);
      if (record.link !== undefined) node.link = record.link;
      volume.add(node, record.number);
    }
    if (isLost) volume.touch(node);
  }

  function fill(inode: Inode, { size, bytes }: InodeRecord, isNew: boolean): void {
    const { node } = inode;
    if (isNew || bytes) memory.node_ops.setattr(node, { size: 0 });
    if (bytes) memory.stream_ops.write({ node }, bytes, 0, size, 0, true);
    else memory.node_ops.setattr(node, { size });
    inode.isInline = size <= INLINE_BYTES;
    inode.version++;
  }

  function write({ number, position, bytes }: Write): Inode | undefined {
    const inode = volume.inodes.get(number);
    const room = (inode?.node.usedBytes ?? 0) - position;
    // A segment that is gone is zeros, unless the bytes lie in the inode by now.
    if (!inode || room <= 0 || (!bytes && inode.isInline)) return undefined;
    const source = bytes ?? new Uint8Array(Math.min(SEGMENT_BYTES, room));
    const length = Math.min(source.length, room);
    const isAll = position === 0 && length === source.length && length === inode.node.usedBytes;
    // The buffer that came from storage becomes the file's own where it is all of it.
    memory.stream_ops.write({ node: inode.node }, source, 0, length, position, isAll);
    inode.version++;
    return inode;
  }

  if (isWhole) volume.forgetStored();
  const found = new Map(volume.inodes);
  for (const [number, inode] of found) {
    const record = records.get(number);
    const isAsked = isWhole || groups.has(Math.floor(number / GROUP_INODES));
    if (number === ROOT || !isAsked || (record && isInPlace(inode, record))) continue;
    detach(inode.node);
    if (!record) volume.forget(inode.node);
  }
  for (const record of records.values()) place(record);
  for (const record of records.values()) {
    const inode = volume.inodes.get(record.number);
    if (inode && isFile(inode.node)) fill(inode, record, isWhole || !found.has(record.number));
  }
  for (const each of snapshot.segments) {
    const inode = write(each);
    for (const part of each.parts) inode?.segments.add(part);
  }
  for (const each of snapshot.pages) {
    const inode = write(each);
    const page = each.position / PAGE_BYTES;
    if (inode) inode.pages.set(segmentOf(page), (inode.pages.get(segmentOf(page)) ?? new Set()).add(page));
  }
  for (const number of snapshot.patched) volume.markPatched(number);
  // Last of all, because what is put into a directory changes its times.
  for (const record of records.values()) {
    const node = volume.inodes.get(record.number)?.node;
    if (!node) continue;
    memory.node_ops.setattr(node, { mode: record.mode });
    setTimes(node, record);
  }
}
