import type { FsNode } from './emscripten.ts';

const FRAME_HEADER_BYTES = 24;

/**
 * Finds the end of a SQLite commit in write-ahead mode, which no operation shows: `fdatasync` reaches no file system of
 * Emscripten. It is the page after a frame header whose second word, the size of the database after a commit, is not 0
 * (https://sqlite.org/fileformat2.html#walformat).
 */
export function walCommits(): { ends(node: FsNode, buffer: Uint8Array, offset: number, length: number): boolean } {
  let committing: FsNode | undefined;
  return {
    ends(node, buffer, offset, length) {
      if (!node.name.endsWith('-wal')) return false;
      if (length === FRAME_HEADER_BYTES) {
        committing = buffer.subarray(offset + 4, offset + 8).some((byte) => byte !== 0) ? node : undefined;
        return false;
      }
      const isEnd = committing === node;
      if (isEnd) committing = undefined;
      return isEnd;
    },
  };
}
