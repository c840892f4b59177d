import type { Operation } from '../driver.ts';
import { contentOperations, cutOperations } from './contents.ts';
import { type FsNode, isFile, isLink, type StreamOps } from './emscripten.ts';
import { createInode, type Inode, markBytes, markGrowth, segmentOf } from './inode.ts';
import { GROUP_INODES, INLINE_BYTES, type InodeRecord, isWorthFolding, type Layout, PAGE_BYTES, SEGMENT_BYTES } from './layout.ts';
import { timesOf } from './times.ts';

export const ROOT = 1;

/** 256 inodes whose numbers follow each other. */
interface Group {
  readonly inodes: Map<number, Inode>;
  /** Numbers with an entry over that of the group. */
  readonly patched: Set<number>;
}

/** What is in memory, by inode, and what of it storage does not have yet. */
export interface Volume {
  readonly inodes: ReadonlyMap<number, Inode>;
  of(node: FsNode): Inode | undefined;
  /** Bytes in files. */
  bytes(): number;
  /** Bytes that wait to be written, about. */
  pendingBytes(): number;
  isDirty(inode?: Inode): boolean;
  /** Takes up a node that storage has, or (without a number) a new one. */
  add(node: FsNode, number?: number): Inode;
  /** Name, place, mode or times have changed. */
  touch(node: FsNode): void;
  wrote(node: FsNode, sizeBefore: number, from: number, to: number): void;
  resized(node: FsNode, sizeBefore: number): void;
  /** Nobody can reach the node any more: also its bytes in storage go. */
  remove(node: FsNode): void;
  /** Storage has it no more. */
  forget(node: FsNode): void;
  /** Storage has an entry of its own for this inode, beside its group's. */
  markPatched(number: number): void;
  /** Forgets what storage has and takes everything for changed: after storage was emptied by someone else. */
  markAll(): void;
  /** Forgets what storage has, without any change: before everything is read again. */
  forgetStored(): void;
  /** All that has changed, as one commit: what storage holds after it is the state of this moment. `undefined`: nothing has changed. */
  take(): readonly Operation<unknown>[] | undefined;
  /** The commit failed: all of it is to be written again. */
  giveBack(operations: readonly Operation<unknown>[]): void;
}

export function createVolume(layout: Layout, memory: Pick<StreamOps, 'read'>): Volume {
  const inodes = new Map<number, Inode>();
  const byNode = new WeakMap<FsNode, Inode>();
  const groups = new Map<number, Group>();
  const dirty = new Set<Inode>();
  /** To be deleted: behind a cut, or in a commit that failed. */
  const garbage = new Map<string, Operation<unknown>>();
  /** Groups of which a commit failed. */
  const uncertain = new Set<number>();
  let last = 0;
  let pendingBytes = 0;
  let isNew = true;

  const sizeOf = ({ node }: Inode): number => (isFile(node) ? (node.usedBytes ?? 0) : 0);

  function groupOf(number: number): Group {
    const index = Math.floor(number / GROUP_INODES);
    let group = groups.get(index);
    if (!group) {
      group = { inodes: new Map(), patched: new Set() };
      groups.set(index, group);
    }
    return group;
  }

  function discard(operations: readonly Operation<unknown>[]): void {
    for (const operation of operations) garbage.set(operation.key, operation);
  }

  /** Exactly the bytes: a part of the file's own buffer would be stored with the whole buffer. */
  function read({ node }: Inode, position: number, length: number): Uint8Array {
    const copy = new Uint8Array(length);
    memory.read({ node }, copy, 0, length, position);
    return copy;
  }

  function recordOf(inode: Inode): InodeRecord {
    const { number, node } = inode;
    const size = sizeOf(inode);
    return {
      number,
      parent: number === ROOT ? 0 : (byNode.get(node.parent)?.number ?? ROOT),
      name: number === ROOT ? '' : node.name,
      mode: node.mode,
      ...timesOf(node),
      size,
      link: isLink(node) ? node.link : undefined,
      bytes: isFile(node) && size <= INLINE_BYTES ? read(inode, 0, size) : undefined,
    };
  }

  function groupOperations(index: number, changed: readonly Inode[]): Operation<unknown>[] {
    const { inodes: all, patched } = groupOf(index * GROUP_INODES);
    const union = new Set([...patched, ...changed.map(({ number }) => number)]);
    const deletePatch = (number: number): Operation<unknown> => ({ type: 'delete', key: layout.key('inode', index, number) });
    if (uncertain.delete(index) || all.size === 0 || isWorthFolding(changed.length, union.size, all.size)) {
      const key = layout.key('inodes', index);
      const operations = Array.from(patched, deletePatch);
      patched.clear();
      if (all.size === 0) groups.delete(index);
      return all.size === 0
        ? [...operations, { type: 'delete', key }]
        : [...operations, { type: 'set', key, value: layout.packInodes(Array.from(all.values(), recordOf)) }];
    }
    return changed.map((inode) => {
      patched.add(inode.number);
      const value = layout.packInodes(inode.isDead ? [] : [recordOf(inode)]);
      return { type: 'set', key: layout.key('inode', index, inode.number), value };
    });
  }

  function forget(node: FsNode): Inode | undefined {
    const inode = byNode.get(node);
    if (!inode || inode.isDead) return undefined;
    inode.isDead = true;
    inodes.delete(inode.number);
    groupOf(inode.number).inodes.delete(inode.number);
    return inode;
  }

  function forgetStored(): void {
    for (const inode of inodes.values()) {
      inode.segments.clear();
      inode.pages.clear();
    }
    for (const group of groups.values()) group.patched.clear();
  }

  const bytes = (): number => [...inodes.values()].reduce((sum, inode) => sum + sizeOf(inode), 0);
  const hasChanged = (): boolean => dirty.size > 0 || garbage.size > 0 || uncertain.size > 0;

  return {
    inodes,
    of: (node) => byNode.get(node),
    bytes,
    pendingBytes: () => pendingBytes,
    isDirty: (inode) => (inode ? dirty.has(inode) : hasChanged()),
    add(node, number) {
      const inode = createInode(number ?? ++last, node);
      last = Math.max(last, inode.number);
      inodes.set(inode.number, inode);
      byNode.set(node, inode);
      groupOf(inode.number).inodes.set(inode.number, inode);
      if (number === undefined) dirty.add(inode);
      else {
        inode.isStored = true;
        isNew = false;
      }
      return inode;
    },
    touch(node) {
      const inode = byNode.get(node);
      if (inode && !inode.isDead) dirty.add(inode);
    },
    wrote(node, sizeBefore, from, to) {
      const inode = byNode.get(node);
      // Nothing written at a place behind the end makes no file longer.
      if (!inode || inode.isDead || to <= from) return;
      pendingBytes += to - from;
      if (from > sizeBefore) markGrowth(inode, sizeBefore, from);
      markBytes(inode, from, to);
      inode.version++;
      dirty.add(inode);
    },
    resized(node, sizeBefore) {
      const inode = byNode.get(node);
      if (!inode || inode.isDead) return;
      const size = sizeOf(inode);
      if (size < sizeBefore) discard(cutOperations(inode, size, layout));
      else markGrowth(inode, sizeBefore, size);
      inode.version++;
      dirty.add(inode);
    },
    remove(node) {
      const inode = forget(node);
      if (!inode) return;
      discard(cutOperations(inode, 0, layout));
      if (inode.isStored) dirty.add(inode);
      else dirty.delete(inode);
    },
    markPatched(number) {
      groupOf(number).patched.add(number);
    },
    markAll() {
      forgetStored();
      isNew = true;
      for (const inode of inodes.values()) {
        dirty.add(inode);
        markBytes(inode, 0, sizeOf(inode));
      }
    },
    forget,
    forgetStored,
    take() {
      if (!hasChanged()) return undefined;
      const operations = [...garbage.values()];
      garbage.clear();
      const changed = new Map<number, Inode[]>();
      for (const inode of dirty) {
        const index = Math.floor(inode.number / GROUP_INODES);
        const others = changed.get(index);
        if (others) others.push(inode);
        else changed.set(index, [inode]);
        if (!inode.isDead && isFile(inode.node)) operations.push(...contentOperations(inode, sizeOf(inode), layout, read));
        inode.isStored = !inode.isDead;
      }
      for (const index of uncertain) if (!changed.has(index)) changed.set(index, []);
      for (const [index, those] of changed) operations.push(...groupOperations(index, those));
      // How much there is, only for the progress of the next load: written when much is written anyway.
      if (isNew || pendingBytes > SEGMENT_BYTES / 4 || dirty.size > GROUP_INODES / 4)
        operations.push({ type: 'set', key: layout.key('volume'), value: layout.packVolume(bytes()) });
      isNew = false;
      dirty.clear();
      pendingBytes = 0;
      return operations;
    },
    giveBack(operations) {
      for (const { type, key } of operations) {
        const { kind, numbers } = layout.parse(key) ?? {};
        const [first = 0, second = 0] = numbers ?? [];
        const inode = inodes.get(first);
        // A later commit, which is not this one's business, has put something there again.
        const isThereAgain = kind === 'segment' ? inode?.segments.has(second) : inode?.pages.get(segmentOf(second))?.has(second);
        if (kind === 'volume') isNew = true;
        else if (kind === 'inodes' || kind === 'inode') {
          uncertain.add(first);
          if (kind === 'inode') groupOf(second).patched.add(second);
        } else if (type === 'delete' && !isThereAgain) garbage.set(key, { type, key });
        if (!inode || type !== 'set' || (kind !== 'segment' && kind !== 'page')) continue;
        const unit = kind === 'segment' ? SEGMENT_BYTES : PAGE_BYTES;
        markBytes(inode, second * unit, Math.min(sizeOf(inode), (second + 1) * unit));
        dirty.add(inode);
      }
    },
  };
}
