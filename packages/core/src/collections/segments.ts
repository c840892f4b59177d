import type { Stored } from './change.ts';

/** Documents that lie together in one entry, by their ids: those from `from` up to where the next segment begins. */
export interface Segment {
  /** The last part of the key of its entry. A segment is never written over: its successor has another name. */
  readonly name: string;
  readonly from: string;
  /** About so many bytes. */
  readonly size: number;
}

/** Documents by the version of their shape. */
export type SegmentContent = readonly (readonly [version: number, documents: readonly object[]])[];

/** A segment is one entry: many documents are read at once, and few are written again when one of them changes. */
const MOST_DOCUMENTS = 1_000;

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

/** Cuts documents, sorted by their ids, into the contents of segments of about the same length. */
export function cut(documents: readonly Stored[]): Stored[][] {
  const sorted = [...documents].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const parts = Math.ceil(sorted.length / MOST_DOCUMENTS);
  const length = Math.ceil(sorted.length / parts);
  return Array.from({ length: parts }, (_, index) => sorted.slice(index * length, (index + 1) * length));
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

export function fromContent(content: SegmentContent): Stored[] {
  return content.flatMap(([version, documents]) => documents.map((document) => ({ document, version })));
}
