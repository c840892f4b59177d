import { fromBase64, toBase64 } from '../codecs/binary.ts';
import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';
import { isFile } from './emscripten.ts';

// A volume in a driver. Many small things lie together in one large entry, their later changes in small entries beside it,
// until there are so many that the large one is written again (see `isWorthFolding`):
//
//   inodes    (group)             256 inodes each, with the bytes of small files     over it   inode (group, number)
//   segment   (number, segment)   4 MiB of a large file                              over it   page  (number, page)
//   volume                        the format
//
// An inode that is gone while its group still has it is an inode entry without an inode.

export const GROUP_INODES: number = 256;
export const SEGMENT_BYTES: number = 4 << 20;
export const PAGE_BYTES: number = 4 << 10;
export const SEGMENT_PAGES: number = SEGMENT_BYTES / PAGE_BYTES;
/** Files up to here lie in the group: a group is at most as large as a segment. */
export const INLINE_BYTES: number = 16 << 10;
/** One more with each change that an older build must not write to. */
const FORMAT = 1;

/** What is stored of a file, directory or link. Times are milliseconds since 1970. */
export interface InodeRecord {
  readonly number: number;
  readonly parent: number;
  readonly name: string;
  readonly mode: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly size: number;
  readonly link?: string | undefined;
  /** Of a file that is small enough. */
  readonly bytes?: Uint8Array | undefined;
}

export type Kind = 'inodes' | 'inode' | 'segment' | 'page' | 'volume';

export interface Layout {
  /** The key of an entry; without all numbers the prefix of those that follow. */
  key(kind: Kind, ...numbers: number[]): string;
  /** What a key names; `undefined` for one of something else. */
  parse(key: string): { readonly kind: Kind; readonly numbers: readonly number[] } | undefined;
  packInodes(inodes: readonly InodeRecord[]): unknown;
  unpackInodes(value: unknown): InodeRecord[];
  packBytes(bytes: Uint8Array): unknown;
  unpackBytes(value: unknown): Uint8Array;
  packVolume(bytes: number): unknown;
  /** How many bytes there were when much was last written. @throws {StoreError} `NEWER_DATA` */
  unpackVolume(value: unknown): number;
}

type Row = [number, number, string, number, number, number, number, number, string?];

export function createLayout(volume: string, holds: 'text' | 'clone'): Layout {
  const root = encodePath([volume, '(files)']);
  const isText = holds === 'text';
  const packBytes = (bytes: Uint8Array): unknown => (isText ? toBase64(bytes) : bytes);
  const unpackBytes = (value: unknown): Uint8Array => (isText ? fromBase64(value) : (value as Uint8Array));

  /** What does not have the shape it was written in is damaged; whoever reads it must not go on as if it were empty. */
  function reading<T>(what: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('CORRUPT', `Cannot read the ${what} of the volume "${volume}"`, { cause });
    }
  }

  return {
    key: (kind, ...numbers) => root + [kind, ...numbers].map((part) => `${part}!`).join(''),
    parse(key) {
      if (!key.startsWith(root)) return undefined;
      const [kind, ...numbers] = decodePath(key.slice(root.length));
      return { kind: kind as Kind, numbers: numbers.map(Number) };
    },
    packInodes(inodes) {
      const rows = inodes.map((inode): Row => {
        const { number, parent, name, mode, atime, mtime, ctime, size, link } = inode;
        return link === undefined
          ? [number, parent, name, mode, atime, mtime, ctime, size]
          : [number, parent, name, mode, atime, mtime, ctime, size, link];
      });
      const bytes = new Uint8Array(inodes.reduce((sum, inode) => sum + (inode.bytes?.length ?? 0), 0));
      let position = 0;
      for (const inode of inodes)
        if (inode.bytes) {
          bytes.set(inode.bytes, position);
          position += inode.bytes.length;
        }
      return isText ? JSON.stringify({ rows, bytes: toBase64(bytes) }) : { rows, bytes };
    },
    unpackInodes: (value) =>
      reading('inodes', () => {
        const packed = (isText ? JSON.parse(value as string) : value) as { rows: Row[]; bytes: unknown };
        const bytes = unpackBytes(packed.bytes);
        let end = 0;
        return packed.rows.map(([number, parent, name, mode, atime, mtime, ctime, size, link]) => {
          const record = { number, parent, name, mode, atime, mtime, ctime, size, link };
          if (!isFile(record) || size > INLINE_BYTES) return record;
          end += size;
          // A copy, so that one small file does not keep the bytes of all others in memory.
          return { ...record, bytes: bytes.slice(end - size, end) };
        });
      }),
    packBytes,
    unpackBytes: (value) => reading('bytes', () => unpackBytes(value)),
    packVolume: (bytes) => (isText ? JSON.stringify({ format: FORMAT, bytes }) : { format: FORMAT, bytes }),
    unpackVolume: (value) =>
      reading('format', () => {
        const { format, bytes } = (isText ? JSON.parse(value as string) : value) as { format: number; bytes: number };
        if (!(format <= FORMAT)) throw new StoreError('NEWER_DATA', `Cannot open the volume "${volume}": a newer build wrote it`);
        return bytes;
      }),
  };
}

/** Whether the large entry is better written again than `fresh` small ones beside it: `changed` would lie there in all, over `whole` things. */
export function isWorthFolding(fresh: number, changed: number, whole: number): boolean {
  return fresh * 2 > whole || changed > Math.max(32, whole / 8);
}
