import type { History } from '../driver.ts';
import { type Changes, type DocumentChange, isEdit, type Stored } from './change.ts';
import { type Packing, sizeOf } from './packing.ts';
import { idOf, type PackedSegment, packSegments, type Segment, sortedById } from './segments.ts';

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
/** From so many new documents on, or so much text, they lie in segments from the beginning, and the log only refers to them. */
const BULK_CHANGES = 2_000;
const BULK_SIZE = 4_000_000;

export interface EncodedBatch {
  /** The raw values to append. Promises only where a codec must wait for bytes. */
  readonly parts: readonly unknown[];
  /** What must lie in entries when they are appended. */
  readonly segments: readonly PackedSegment[];
  /** About so many bytes. */
  readonly size: number;
}

/** @param mayRefer A large batch may lie in segments */
export function encodeBatch(writer: string, number: number, changes: Changes, format: Packing, mayRefer: boolean): EncodedBatch {
  if (!mayRefer) return inParts(writer, number, changes, format);
  const isMany = changes.changes.length >= BULK_CHANGES;
  const small = isMany ? undefined : inParts(writer, number, changes, format);
  if (small && small.size < BULK_SIZE) return small;
  return asBulk(writer, number, changes, format) ?? small ?? inParts(writer, number, changes, format);
}

function inParts(writer: string, number: number, { atMs, version, changes }: Changes, { pack }: Packing): EncodedBatch {
  const parts: unknown[] = [];
  for (let start = 0; start < changes.length; start += MOST_CHANGES)
    parts.push(pack([writer, number, parts.length, atMs, version, changes.slice(start, start + MOST_CHANGES)]));
  return { parts, segments: [], size: parts.reduce<number>((sum, part) => sum + sizeOf(part), 0) };
}

/** `undefined` where something else than putting documents, each once, is in it. */
function asBulk(writer: string, number: number, { atMs, version, changes }: Changes, format: Packing): EncodedBatch | undefined {
  const documents: Stored[] = [];
  for (const [, document] of changes) {
    if (document === undefined || isEdit(document)) return undefined;
    documents.push({ document, version });
  }
  const sorted = sortedById(documents);
  for (let at = 1; at < sorted.length; at++) if (idOf(sorted[at - 1] as Stored) === idOf(sorted[at] as Stored)) return undefined;
  // Committed twice it writes the same entries again.
  let count = 0;
  const segments = [...packSegments(sorted, format, () => `${writer}.${number}.${count++}`)];
  const part = format.pack([writer, number, 0, atMs, version, [], segments.map(({ segment }) => segment)]);
  return { parts: [part], segments, size: segments.reduce((sum, { segment }) => sum + segment.size, 0) };
}

/** A batch at its place in the log. */
export interface PlacedBatch extends LoggedBatch {
  readonly sequence: number;
  /** About so many bytes. */
  readonly size: number;
  /** To Blobs. */
  readonly mayRefer: boolean;
  /** Where its documents lie, which are to be read from there. */
  readonly segments: readonly Segment[];
  readonly changes: DocumentChange[];
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
    const [writer, number, part, atMs, version, changes, segments = []] = unpack(value) as [
      string,
      number,
      number,
      number,
      number,
      DocumentChange[],
      Segment[]?,
    ];
    const size = segments.reduce((sum, segment) => sum + segment.size, sizeOf(value));
    yield { writer, number, part, atMs, version, changes, segments, sequence, size, mayRefer: mayName('$blob', value) };
  }
}

/** Two batches of one name are one batch, committed twice. */
export function nameOf({ writer, number, part }: Pick<LoggedBatch, 'writer' | 'number' | 'part'>): string {
  return `${writer}.${number}.${part}`;
}

/** A batch of the log that the last checkpoint does not contain. */
export interface TailBatch {
  readonly sequence: number;
  /** About so many bytes. */
  readonly size: number;
  readonly name: string;
  readonly ids: readonly string[];
  /** What it has brought. */
  readonly segments: readonly Segment[];
  /** One of this name came before. Its segments, which were written again, are in no one's use. */
  readonly isRepeated?: boolean;
}

/** The parts of a batch of this tab: all of one commit. */
export function tailOf(writer: string, { number, encoded, changes }: EncodedItem, sequence: number): TailBatch[] {
  const { parts, segments, size } = encoded;
  return parts.map((_, part) => ({
    sequence,
    size: size / parts.length,
    name: nameOf({ writer, number, part }),
    ids: part ? [] : changes.map(([id]) => id),
    segments: segments.map(({ segment }) => segment),
  }));
}

interface EncodedItem extends Pick<Changes, 'changes'> {
  readonly number: number;
  readonly encoded: EncodedBatch;
}

export function asTail(batch: PlacedBatch): TailBatch {
  const { sequence, size, segments, changes } = batch;
  return { sequence, size, segments, name: nameOf(batch), ids: changes.map(([id]) => id) };
}
