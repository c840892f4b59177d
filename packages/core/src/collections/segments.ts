import type { Stored } from './change.ts';
import { type Packing, sizeOf } from './packing.ts';

/** Documents that lie together in one entry, by their ids: those from `from` up to where the next segment begins. */
export interface Segment {
  /** The last part of the key of its entry. A segment is never written over: its successor has another name. */
  readonly name: string;
  readonly from: string;
  /** The last id in it. Absent in what older builds wrote. */
  readonly to?: string;
  /** About so many bytes. */
  readonly size: number;
}

/** Documents by the version of their shape. */
export type SegmentContent = readonly (readonly [version: number, documents: readonly object[]])[];

/** A segment and what lies in its entry: a promise where a codec must wait for bytes. */
export interface PackedSegment {
  readonly segment: Segment;
  readonly value: unknown;
}

/** A segment is one entry: many documents are read at once, and few are written again when one of them changes. */
const MOST_DOCUMENTS = 1_000;
/** Of large documents fewer: engines refuse values of more than 127 MiB, and a text of this length is parsed within a frame. */
const LARGEST = 1_000_000;

export function idOf({ document }: Stored): string {
  return (document as { _id: string })._id;
}

/** The index of the segment in which an id lies: the last one that does not begin after it. The first one takes everything before it too. */
export function segmentOf(segments: readonly Segment[], id: string): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle] as Segment).from <= id) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function byFrom(a: Segment, b: Segment): number {
  return compareTexts(a.from, b.from);
}

/** Those of several that come to lie apart from all others take their places between the old ones as they are. */
export function withBrought(old: readonly Segment[], brought: readonly Segment[]): Segment[] {
  const isOld = new Set(old);
  const kept: Segment[] = [];
  for (const segment of [...old, ...brought].sort(byFrom)) {
    const last = kept.at(-1);
    const isApart = !last || (last.to !== undefined && last.to < segment.from);
    if (isOld.has(segment) && last && !isOld.has(last) && !isApart) kept.pop();
    if (isOld.has(segment) || isApart) kept.push(segment);
  }
  return kept;
}

/** Sorted by their ids. */
export function sortedById(documents: readonly Stored[]): Stored[] {
  return [...documents].sort((a, b) => compareTexts(idOf(a), idOf(b)));
}

/** Packs documents, sorted by their ids, as segments of about the same length. */
export function* packSegments(
  sorted: readonly Stored[],
  format: Packing,
  newName: () => string,
  parts: number = Math.ceil(sorted.length / MOST_DOCUMENTS),
): Generator<PackedSegment> {
  const length = Math.ceil(sorted.length / parts);
  for (let at = 0; at < sorted.length; at += length) {
    const documents = sorted.slice(at, at + length);
    const value = format.pack(toContent(documents));
    const size = typeof value === 'string' ? value.length : documents.length * sizeOf(value);
    if (size > LARGEST && documents.length > 1) {
      yield* packSegments(documents, format, newName, Math.ceil(size / LARGEST) + 1);
      continue;
    }
    const [first, last] = [documents[0], documents.at(-1)] as [Stored, Stored];
    yield { segment: { name: newName(), from: idOf(first), to: idOf(last), size }, value };
  }
}

export function toContent(documents: readonly Stored[]): SegmentContent {
  const groups = new Map<number, object[]>();
  for (const { document, version } of documents) {
    const group = groups.get(version);
    if (group) group.push(document);
    else groups.set(version, [document]);
  }
  return [...groups];
}

/** @throws {StoreError} `CORRUPT` */
export function readSegment(raw: unknown, { unpack }: Packing): Stored[] {
  return fromContent(unpack(raw) as SegmentContent);
}

export function fromContent(content: SegmentContent): Stored[] {
  return content.flatMap(([version, documents]) => documents.map((document) => ({ document, version })));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
