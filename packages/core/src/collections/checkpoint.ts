import type { Driver, Entry, Operation } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { Stored } from './change.ts';
import type { Packing } from './packing.ts';
import { checkpointKey, segmentKey } from './paths.ts';
import { cut, fromContent, idOf, type Segment, type SegmentContent, segmentOf, toContent } from './segments.ts';

/** What a collection was at one moment: the log begins where this ends. One entry, written in the same commit as its segments. */
export interface Checkpoint {
  /** All batches up to this sequence are contained. */
  readonly at: number;
  /** In the order of the ids. */
  readonly segments: readonly Segment[];
  /** The last batches contained, so that one that is committed twice counts once. */
  readonly recent: readonly string[];
  /** Keys of Blobs that no document refers to. Deleted with the next checkpoint: until then another tab may put them to use again. */
  readonly garbage: readonly string[];
}

/** A checkpoint as it was read. */
export interface Found extends Checkpoint {
  /** Of its entry; `undefined` where there is none yet. */
  readonly version: string | undefined;
  /** The raw contents of its segments. */
  readonly contents: readonly unknown[];
}

const NONE: Checkpoint = { at: 0, segments: [], recent: [], garbage: [] };

/** Reads the checkpoint and its segments as they were at one moment. */
export async function readCheckpoint(
  driver: Driver<unknown>,
  path: string,
  { unpack }: Packing,
  takeOther: (key: string, raw: unknown) => void,
): Promise<Found> {
  for (let before: Entry<unknown> | undefined; ; ) {
    const rows = new Map<string, Entry<unknown>>();
    for await (const entries of driver.list({ prefix: path })) for (const entry of entries) rows.set(entry.key, entry);
    const entry = rows.get(checkpointKey(path));
    const checkpoint = entry ? (unpack(entry.value) as Checkpoint) : NONE;
    const found = checkpoint.segments.map(({ name }) => rows.get(segmentKey(path, name)));
    // Another tab has written a checkpoint while several batches of entries were read.
    if (found.some((row) => !row)) {
      if (before && before.version === entry?.version) throw new StoreError('CORRUPT', 'Cannot read a collection: a part of it is missing');
      before = entry;
      continue;
    }
    for (const [key, { value }] of rows) takeOther(key, value);
    return { ...checkpoint, version: entry?.version, contents: found.map((row) => row?.value) };
  }
}

export function readSegment(raw: unknown, { unpack }: Packing): Stored[] {
  return fromContent(unpack(raw) as SegmentContent);
}

export interface Rewrite {
  readonly checkpoint: Checkpoint;
  readonly operations: readonly Operation<unknown>[];
}

/** What writes a new checkpoint: only the segments in which something has changed are written again, under new names. */
export async function rewrite(
  path: string,
  old: Checkpoint,
  next: Omit<Checkpoint, 'segments'>,
  documents: Iterable<Stored>,
  changed: Iterable<string>,
  { pack }: Packing,
  newName: () => string,
  pause: () => Promise<void>,
): Promise<Rewrite> {
  const touched = new Set(Array.from(changed, (id) => segmentOf(old.segments, id)));
  const runs = runsOf(touched);
  const moved = new Map<number, Stored[]>();
  for (const stored of documents) {
    const run = runs.get(segmentOf(old.segments, idOf(stored)));
    if (run === undefined) continue;
    const others = moved.get(run);
    if (others) others.push(stored);
    else moved.set(run, [stored]);
  }
  const operations: Operation<unknown>[] = [];
  const segments = old.segments.filter((_, index) => !touched.has(index));
  for (const part of [...moved.values()].flatMap(cut)) {
    await pause();
    const value = await pack(toContent(part));
    const segment = { name: newName(), from: idOf(part[0] as Stored), size: typeof value === 'string' ? value.length : part.length * 256 };
    segments.push(segment);
    operations.push({ type: 'set', key: segmentKey(path, segment.name), value });
  }
  segments.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const index of touched) {
    const gone = old.segments[index];
    if (gone) operations.push({ type: 'delete', key: segmentKey(path, gone.name) });
  }
  for (const key of next.garbage) if (old.garbage.includes(key)) operations.push({ type: 'delete', key });
  const checkpoint: Checkpoint = { ...next, segments, garbage: next.garbage.filter((key) => !old.garbage.includes(key)) };
  operations.push({ type: 'set', key: checkpointKey(path), value: await pack(checkpoint) }, { type: 'trim', key: path, sequence: next.at });
  return { checkpoint, operations };
}

/** Neighbours are written together, so that small ones grow together; what lies between two runs stays where it is. */
function runsOf(touched: ReadonlySet<number>): ReadonlyMap<number, number> {
  const runs = new Map<number, number>();
  let run = 0;
  for (const index of [...touched].sort((a, b) => a - b)) {
    if (!touched.has(index - 1)) run = index;
    runs.set(index, run);
  }
  return runs;
}
