import type { Changes, DocumentChange } from './change.ts';
import type { Packing } from './packing.ts';

/** What one writer has appended to the log of a collection at once. */
export interface LoggedBatch extends Changes {
  readonly writer: string;
  /** Counts the batches of the writer: its own ones it knows by it. */
  readonly number: number;
  /** A large batch is appended in several parts, all in one commit. */
  readonly part: number;
}

/** As many changes are read and written in one go without anyone noticing. */
const MOST_CHANGES = 1_000;

/** The raw values to append. Promises only where a codec must wait for bytes. */
export function encodeBatch(writer: string, number: number, { atMs, version, changes }: Changes, { pack }: Packing): unknown[] {
  const parts: unknown[] = [];
  for (let start = 0; start < changes.length; start += MOST_CHANGES)
    parts.push(pack([writer, number, parts.length, atMs, version, changes.slice(start, start + MOST_CHANGES)]));
  return parts;
}

/** @throws {StoreError} `CORRUPT` */
export function decodeBatch(raw: unknown, { unpack }: Packing): LoggedBatch {
  const [writer, number, part, atMs, version, changes] = unpack(raw) as [string, number, number, number, number, DocumentChange[]];
  return { writer, number, part, atMs, version, changes };
}

export function partsOf({ changes }: Changes): number {
  return Math.ceil(changes.length / MOST_CHANGES);
}

/** Two batches of one name are one batch, committed twice. */
export function nameOf({ writer, number, part }: Pick<LoggedBatch, 'writer' | 'number' | 'part'>): string {
  return `${writer}.${number}.${part}`;
}
