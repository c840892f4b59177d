import type { Driver, Entry, Operation } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { TailBatch } from './batch.ts';
import type { Stored } from './change.ts';
import type { Packing } from './packing.ts';
import { checkpointKey, segmentKey } from './paths.ts';
import { byFrom, idOf, packSegments, type Segment, segmentOf, sortedById, withBrought } from './segments.ts';

/** What a collection was at one moment: the log begins where this ends. One entry, written in the same commit as its segments. */
export interface Checkpoint {
  /** All batches up to this sequence are contained. */
  readonly at: number;
  /** The sequence of the last batch contained. Absent in what older builds wrote. */
  readonly last?: number;
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
  /** The raw contents of its segments, and of those that the log refers to after it, by their names. */
  readonly contents: ReadonlyMap<string, unknown>;
}

const NONE: Checkpoint = { at: 0, segments: [], recent: [], garbage: [] };

/**
 * Reads the checkpoint and its segments as they were at one moment.
 * @param more The segments that the log refers to after a checkpoint.
 */
export async function readCheckpoint(
  driver: Driver<unknown>,
  path: string,
  { unpack }: Packing,
  takeOther: (key: string, raw: unknown) => void,
  more: (checkpoint: Checkpoint) => readonly Segment[],
): Promise<Found> {
  for (let before: Entry<unknown> | undefined; ; ) {
    const rows = new Map<string, Entry<unknown>>();
    for await (const entries of driver.list({ prefix: path })) for (const entry of entries) rows.set(entry.key, entry);
    const entry = rows.get(checkpointKey(path));
    const checkpoint = entry ? (unpack(entry.value) as Checkpoint) : NONE;
    const found = [...checkpoint.segments, ...more(checkpoint)].map(({ name }) => [name, rows.get(segmentKey(path, name))] as const);
    // Another tab has written a checkpoint while several batches of entries were read.
    if (found.some(([, row]) => !row)) {
      if (before && before.version === entry?.version) throw new StoreError('CORRUPT', 'Cannot read a collection: a part of it is missing');
      before = entry;
      continue;
    }
    for (const [key, { value }] of rows) takeOther(key, value);
    return { ...checkpoint, version: entry?.version, contents: new Map(found.map(([name, row]) => [name, row?.value])) };
  }
}

export interface Rewrite {
  readonly checkpoint: Checkpoint;
  readonly operations: readonly Operation<unknown>[];
}

/**
 * What writes a new checkpoint: only the segments in which something has changed are written again, under new names. Those that
 * batches have brought are its own from now on, where they lie apart from all others. The documents are looked at in the calling turn.
 */
export async function rewrite(
  path: string,
  old: Checkpoint,
  next: Omit<Checkpoint, 'segments'>,
  documents: Iterable<Stored>,
  contained: readonly TailBatch[],
  format: Packing,
  newName: () => string,
  pause: () => Promise<void>,
): Promise<Rewrite> {
  const all = withBrought(
    old.segments,
    contained.flatMap(({ segments, isRepeated }) => (isRepeated ? [] : segments)),
  );
  const taken = new Set(all);
  const changed = contained.flatMap(({ ids, segments }) => (segments.length > 0 && segments.every((each) => taken.has(each)) ? [] : ids));
  const touched = new Set(changed.map((id) => segmentOf(all, id)));
  const runs = runsOf(touched);
  const moved = new Map<number, Stored[]>();
  for (const stored of touched.size > 0 ? documents : []) {
    const run = runs.get(segmentOf(all, idOf(stored)));
    if (run === undefined) continue;
    const others = moved.get(run);
    if (others) others.push(stored);
    else moved.set(run, [stored]);
  }
  const operations: Operation<unknown>[] = [];
  const segments = all.filter((_, index) => !touched.has(index));
  for (const part of moved.values())
    for (const { segment, value } of packSegments(sortedById(part), format, newName)) {
      segments.push(segment);
      operations.push({ type: 'set', key: segmentKey(path, segment.name), value: await value });
      await pause();
    }
  segments.sort(byFrom);
  const stay = new Set(segments.map(({ name }) => name));
  for (const { name } of [...old.segments, ...contained.flatMap((batch) => batch.segments)])
    if (!stay.has(name)) operations.push({ type: 'delete', key: segmentKey(path, name) });
  for (const key of next.garbage) if (old.garbage.includes(key)) operations.push({ type: 'delete', key });
  const checkpoint: Checkpoint = { ...next, segments, garbage: next.garbage.filter((key) => !old.garbage.includes(key)) };
  operations.push(
    { type: 'set', key: checkpointKey(path), value: await format.pack(checkpoint) },
    { type: 'trim', key: path, sequence: next.at },
  );
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
