import type { Driver, History } from '../driver.ts';
import { batchesIn, nameOf, type PlacedBatch } from './batch.ts';
import type { Blobs } from './blobs.ts';
import type { DocumentChange, Stored } from './change.ts';
import { type Checkpoint, type Found, readCheckpoint } from './checkpoint.ts';
import type { Packing } from './packing.ts';
import { checkpointKey, segmentKey, windowsKey } from './paths.ts';
import { idOf, readSegment, type Segment } from './segments.ts';

/** All that a collection was at one moment. */
interface Contents {
  readonly history: History<unknown>;
  readonly found: Omit<Found, 'contents'>;
  /** Those of the checkpoint, unless they were taken one after the other. */
  readonly documents: readonly Stored[];
  /** Those of the log after it. */
  readonly batches: readonly PlacedBatch[];
}

/** Who wants it before all is there. */
interface Early {
  /** The entry of the windows, and the sequence of the last change of a document. */
  readonly known?: ((raw: unknown, last: number) => void) | undefined;
  readonly fill?: (stored: readonly Stored[]) => void;
}

/** Reads a collection: its log, its checkpoint, and the segments to which both refer. */
export interface Reading {
  read(early: Early): Promise<Contents>;
  /** Reads what batches refer to. False where a segment is gone: a checkpoint contains its documents by now. */
  fetch(batches: readonly PlacedBatch[]): Promise<boolean>;
}

interface Context {
  readonly driver: Driver<unknown>;
  readonly path: string;
  readonly format: Packing;
  readonly blobs: Blobs;
  pause(): Promise<void>;
}

export function createReading({ driver, path, format, blobs, pause }: Context): Reading {
  /** Gives a batch the documents of its segments, and the Blobs that it refers to. Without contents a segment counts as empty. */
  async function complete(batch: PlacedBatch, contentOf: (segment: Segment) => unknown): Promise<void> {
    let mayRefer = batch.mayRefer;
    for (const segment of batch.segments) {
      const raw = contentOf(segment);
      if (raw === undefined) continue;
      for (const stored of readSegment(raw, format)) batch.changes.push([idOf(stored), stored.document] satisfies DocumentChange);
      mayRefer ||= format.mayName('$blob', raw);
      await pause();
    }
    if (mayRefer) await blobs.fetch(batch.changes);
  }

  async function tell(known: NonNullable<Early['known']>, { batches }: History<unknown>): Promise<void> {
    const [windows, entry] = await Promise.all([driver.get(windowsKey(path)), driver.get(checkpointKey(path))]);
    const { at = 0, last = at } = entry ? (format.unpack(entry.value) as Checkpoint) : {};
    known(windows?.value, batches.findLast(({ key }) => key === path)?.sequence ?? last);
  }

  return {
    async read({ known, fill }) {
      // In this order, so that of the batches that a checkpoint meanwhile takes out of the log none is missing in both.
      const history = (await driver.changes?.(0)) as History<unknown>;
      if (known) await tell(known, history);
      // Apart from each other: the checkpoint is kept.
      const { contents, ...found } = await readCheckpoint(driver, path, format, blobs.take, ({ at, recent }) =>
        [...batchesIn(history, path, at, format)].flatMap((each) => (recent.includes(nameOf(each)) ? [] : each.segments)),
      );
      const documents: Stored[] = [];
      for (const { name } of found.segments) {
        const stored = readSegment(contents.get(name), format);
        if (fill) fill(stored);
        else documents.push(...stored);
        await pause();
      }
      const batches: PlacedBatch[] = [];
      for (const each of batchesIn(history, path, found.at, format)) {
        await complete(each, ({ name }) => contents.get(name));
        batches.push(each);
        await pause();
      }
      return { history, found, documents, batches };
    },
    async fetch(batches) {
      for (const batch of batches) {
        const rows = await Promise.all(batch.segments.map(({ name }) => driver.get(segmentKey(path, name))));
        if (rows.some((row) => !row)) return false;
        const contents = new Map(batch.segments.map(({ name }, index) => [name, rows[index]?.value]));
        await complete(batch, ({ name }) => contents.get(name));
      }
      return true;
    },
  };
}
