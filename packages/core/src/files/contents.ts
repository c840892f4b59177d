import type { Operation } from '../driver.ts';
import { cutOff, type Inode, markBytes, segmentOf } from './inode.ts';
import { INLINE_BYTES, isWorthFolding, type Layout, PAGE_BYTES, SEGMENT_BYTES } from './layout.ts';

/** Reads bytes of a file that is in memory, as a copy of exactly that length. */
export type ReadBytes = (inode: Inode, position: number, length: number) => Uint8Array;

/** The operations that drop what lies behind a new end. */
export function cutOperations(inode: Inode, size: number, layout: Layout): Operation<unknown>[] {
  const gone = cutOff(inode, size);
  return [
    ...gone.segments.map((segment) => layout.key('segment', inode.number, segment)),
    ...gone.pages.map((page) => layout.key('page', inode.number, page)),
  ].map((key) => ({ type: 'delete', key }));
}

/** The operations that bring the stored bytes of a file up to date, except of a file so small that they lie in its inode. */
export function contentOperations(inode: Inode, size: number, layout: Layout, read: ReadBytes): Operation<unknown>[] {
  const { number, dirtyPages, segments, pages } = inode;
  const wasInline = inode.isInline;
  inode.isInline = size <= INLINE_BYTES;
  if (inode.isInline) {
    dirtyPages.clear();
    return cutOperations(inode, 0, layout);
  }
  if (wasInline) markBytes(inode, 0, Math.min(size, INLINE_BYTES));

  const dirty = new Map<number, number[]>();
  for (const page of dirtyPages) {
    const segment = segmentOf(page);
    const found = dirty.get(segment);
    if (found) found.push(page);
    else dirty.set(segment, [page]);
  }
  dirtyPages.clear();

  const operations: Operation<unknown>[] = [];
  for (const [segment, fresh] of dirty) {
    const start = segment * SEGMENT_BYTES;
    const length = Math.min(SEGMENT_BYTES, size - start);
    const patched = new Set([...(pages.get(segment) ?? []), ...fresh]);
    if (isWorthFolding(fresh.length, patched.size, Math.ceil(length / PAGE_BYTES))) {
      operations.push({ type: 'set', key: layout.key('segment', number, segment), value: layout.packBytes(read(inode, start, length)) });
      for (const page of pages.get(segment) ?? []) operations.push({ type: 'delete', key: layout.key('page', number, page) });
      pages.delete(segment);
      segments.add(segment);
    } else {
      for (const page of fresh) {
        const bytes = read(inode, page * PAGE_BYTES, Math.min(PAGE_BYTES, size - page * PAGE_BYTES));
        operations.push({ type: 'set', key: layout.key('page', number, page), value: layout.packBytes(bytes) });
      }
      pages.set(segment, patched);
    }
  }
  return operations;
}
