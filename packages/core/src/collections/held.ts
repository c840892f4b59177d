import type { History } from '../driver.ts';
import { batch } from '../observable.ts';
import type { Identified } from '../views/change.ts';
import { batchesIn, nameOf, type PlacedBatch } from './batch.ts';
import type { Blobs } from './blobs.ts';
import type { Mirror, Pending } from './mirror.ts';
import type { Outbox, Outgoing } from './outbox.ts';
import type { Packing } from './packing.ts';

interface Context {
  readonly path: string;
  readonly format: Packing;
  readonly mirror: Mirror<Identified>;
  readonly blobs: Blobs;
  readonly outbox: Outbox;
  /** The changes of this tab, where it is one of its batches. */
  ownOf(batch: PlacedBatch): Outgoing | undefined;
  /** It has its place. */
  isPlaced(name: string): boolean;
}

/** What is kept on this device and waits for its place in the log, also of other tabs and of those before: shown on top of what has one. */
export interface Held {
  /** It has its place now: gives what was shown until then. */
  take(name: string): Pending | undefined;
  /** Takes over what waits now; what waits no more and was not placed was refused, and is taken back. */
  follow(history: History<unknown>): Promise<void> | undefined;
}

export function createHeld({ path, format, mirror, blobs, outbox, ownOf, isPlaced }: Context): Held {
  const held = new Map<string, Pending>();
  const own = new Set<Pending>();

  return {
    take(name) {
      const pending = held.get(name);
      held.delete(name);
      return pending;
    },
    follow(history) {
      const waiting = [...batchesIn(history, path, history.head, format, Number.POSITIVE_INFINITY)];
      return waiting.length + held.size > 0 ? show(waiting) : undefined;
    },
  };

  async function show(waiting: readonly PlacedBatch[]): Promise<void> {
    await blobs.fetch(waiting.flatMap(({ changes }) => changes));
    const names = new Set(waiting.map(nameOf));
    batch(() => {
      for (const [name, pending] of held) {
        if (names.has(name)) continue;
        held.delete(name);
        if (own.delete(pending)) outbox.discard(pending as Outgoing);
        else mirror.drop(pending);
      }
      for (const each of waiting) {
        const name = nameOf(each);
        if (held.has(name) || isPlaced(name)) continue;
        const mine = ownOf(each);
        held.set(name, mine ?? each);
        if (mine) own.add(mine);
        else mirror.add(each);
      }
    });
  }
}
