import type { FsNode } from './emscripten.ts';
import { PAGE_BYTES, SEGMENT_BYTES, SEGMENT_PAGES } from './layout.ts';

/** A node of the tree, what of it has changed, and what storage holds of it (once everything that was issued is there). */
export interface Inode {
  readonly number: number;
  readonly node: FsNode;
  /** Unlinked. Streams may still be open; nothing that they write is stored. */
  isDead: boolean;
  /** Storage has an inode of this number. */
  isStored: boolean;
  /** Storage has its bytes in the inode itself. */
  isInline: boolean;
  openStreams: number;
  /** One more with each change of the bytes. */
  version: number;
  /** Pages that changed. */
  readonly dirtyPages: Set<number>;
  readonly segments: Set<number>;
  /** Pages that lie over a segment, by segment. A segment without an entry of its own is zeros. */
  readonly pages: Map<number, Set<number>>;
}

export function createInode(number: number, node: FsNode): Inode {
  return {
    number,
    node,
    isDead: false,
    isStored: false,
    isInline: true,
    openStreams: 0,
    version: 0,
    dirtyPages: new Set(),
    segments: new Set(),
    pages: new Map(),
  };
}

export function markBytes({ dirtyPages }: Inode, from: number, to: number): void {
  for (let page = Math.floor(from / PAGE_BYTES); page * PAGE_BYTES < to; page++) dirtyPages.add(page);
}

/** What a file grew by is zeros. Behind its old end storage may hold what was cut off earlier, in the last segment only. */
export function markGrowth(inode: Inode, from: number, to: number): void {
  const segment = Math.floor(from / SEGMENT_BYTES);
  if (inode.segments.has(segment) || inode.pages.has(segment)) markBytes(inode, from, Math.min(to, (segment + 1) * SEGMENT_BYTES));
}

/** Forgets what lies behind a new end. Returns what storage must delete: it must not come back when the file grows again. */
export function cutOff({ dirtyPages, segments, pages }: Inode, size: number): { segments: number[]; pages: number[] } {
  const isGone = (page: number): boolean => page * PAGE_BYTES >= size;
  for (const page of dirtyPages) if (isGone(page)) dirtyPages.delete(page);
  const gone = { segments: [...segments].filter((segment) => segment * SEGMENT_BYTES >= size), pages: [] as number[] };
  for (const segment of gone.segments) segments.delete(segment);
  for (const [segment, patched] of pages) {
    for (const page of patched)
      if (isGone(page)) {
        patched.delete(page);
        gone.pages.push(page);
      }
    if (patched.size === 0) pages.delete(segment);
  }
  return gone;
}

export function segmentOf(page: number): number {
  return Math.floor(page / SEGMENT_PAGES);
}
