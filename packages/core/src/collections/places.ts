import type { Identified } from '../views/change.ts';
import type { Steps } from '../views/steps.ts';
import { asTail, nameOf, type PlacedBatch, tailOf } from './batch.ts';
import type { Compaction } from './compaction.ts';
import type { Held } from './held.ts';
import type { Mirror } from './mirror.ts';
import type { Outbox, Outgoing } from './outbox.ts';

/** Takes into the mirror what has its place in the log: in its order, and what was committed twice once. */
export interface Places {
  /** What this tab has written has its place. */
  own(item: Outgoing, sequence: number): void;
  /** @param isTold Told at once; else in steps, and told to no one */
  batch(batch: PlacedBatch, isTold: boolean): Steps<void>;
  /** Others have written it, and it is not in the mirror yet. */
  isNews(batch: PlacedBatch): boolean;
  /** Up to here storage was read: what the log says of it is contained. */
  readAt(): number;
  readUpTo(sequence: number): void;
  /** One more whenever somebody else's changes have come into the mirror. */
  revision(): number;
  /** A newer build has changed documents in ways that this one cannot follow: it must not write checkpoints. */
  isOutdated(): boolean;
}

interface Context {
  readonly writer: string;
  readonly version: number;
  readonly outbox: Outbox;
  readonly log: Compaction;
  readonly mirror: Mirror<Identified>;
  readonly held: Held;
  /** The changes of this tab, where it is one of its batches. */
  ownOf(batch: PlacedBatch): Outgoing | undefined;
}

/** So many changes are taken over in one step. */
const STEP = 1_000;

export function createPlaces({ writer, version, outbox, log, mirror, held, ownOf }: Context): Places {
  let readAt = 0;
  let revision = 0;
  let isOutdated = false;

  function own(item: Outgoing, sequence: number): void {
    if (!outbox.remove(item)) return;
    // What was read meanwhile contains it.
    if (sequence <= readAt) mirror.drop(item);
    else mirror.confirm(item);
    for (const part of tailOf(writer, item, sequence)) log.add(part);
  }

  return {
    own,
    *batch(batch, isTold) {
      const item = ownOf(batch);
      const waiting = held.take(nameOf(batch));
      if (item) return own(item, batch.sequence);
      if (log.knows(nameOf(batch))) return log.add({ ...asTail(batch), ids: [], isRepeated: true });
      isOutdated ||= batch.version > version;
      log.add(asTail(batch));
      if (waiting) mirror.confirm(waiting);
      const step = isTold ? batch.changes.length : STEP;
      for (let from = 0; !waiting && from < batch.changes.length; from += step) {
        mirror.accept({ ...batch, changes: batch.changes.slice(from, from + step) }, isTold);
        yield;
      }
      revision++;
    },
    isNews: (batch) => !ownOf(batch) && !log.knows(nameOf(batch)),
    readAt: () => readAt,
    readUpTo(sequence) {
      // Not the larger one: the storage may be another one by now.
      readAt = sequence;
      revision++;
    },
    revision: () => revision,
    isOutdated: () => isOutdated,
  };
}
