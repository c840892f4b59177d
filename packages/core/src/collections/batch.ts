import type { History } from '../driver.ts';
import type { Changes, DocumentChange } from './change.ts';
import { type Packing, sizeOf } from './packing.ts';

/** What one writer has appended to the log of a collection at once. */
interface LoggedBatch extends Changes {
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

/** A batch at its place in the log. */
export interface PlacedBatch extends LoggedBatch {
  readonly sequence: number;
  /** About so many bytes. */
  readonly size: number;
  /** To Blobs. */
  readonly mayRefer: boolean;
}

/** The batches of a collection after a sequence, by default those that have their place. @throws {StoreError} `CORRUPT` */
export function* batchesIn(
  { batches, head }: History<unknown>,
  path: string,
  after: number,
  { unpack, mayName }: Packing,
  upTo: number = head,
): Generator<PlacedBatch> {
  for (const { key, sequence, value } of batches) {
    if (key !== path || sequence <= after || sequence > upTo) continue;
    const [writer, number, part, atMs, version, changes] = unpack(value) as [string, number, number, number, number, DocumentChange[]];
    yield { writer, number, part, atMs, version, changes, sequence, size: sizeOf(value), mayRefer: mayName('$blob', value) };
  }
}

export function partsOf({ changes }: Changes): number {
  return Math.ceil(changes.length / MOST_CHANGES);
}

/** Two batches of one name are one batch, committed twice. */
export function nameOf({ writer, number, part }: Pick<LoggedBatch, 'writer' | 'number' | 'part'>): string {
  return `${writer}.${number}.${part}`;
}
