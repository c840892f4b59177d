import type { FollowedHistory } from '../driver.ts';
import { type StoreError, storageError } from '../errors.ts';
import type { Cell } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { StatusSource } from '../home/status.ts';
import { batch } from '../observable.ts';
import { pause as nextTask } from '../pause.ts';
import type { Identified } from '../views/change.ts';
import { pacer, runAtOnce } from '../views/steps.ts';
import type { Views } from '../views/views.ts';
import { batchesIn, type PlacedBatch } from './batch.ts';
import type { Blobs } from './blobs.ts';
import type { Stored } from './change.ts';
import type { Found } from './checkpoint.ts';
import { compaction } from './compaction.ts';
import { createHeld } from './held.ts';
import { inOrder } from './in-order.ts';
import type { Mirror } from './mirror.ts';
import { createOutbox, type Outbox, type Outgoing } from './outbox.ts';
import { packing } from './packing.ts';
import { checkpointKey } from './paths.ts';
import { createPlaces } from './places.ts';
import { createReading } from './reading.ts';
import { createWindows } from './windows.ts';

/** Keeps a mirror equal to the log: puts the changes of this tab into it, and takes those of all tabs out of it, in its order. */
export interface Replica extends Cell {
  readonly outbox: Outbox;
  /** About so many bytes in storage, without Blobs. */
  bytes(): number;
  /** Reads the documents, at first use. Resolves when they are there, or could not be read. */
  start(): Promise<void>;
}

export interface ReplicaContext {
  readonly name: string;
  readonly path: string;
  readonly version: number;
  readonly home: Home;
  readonly mirror: Mirror<Identified>;
  readonly status: StatusSource;
  readonly blobs: Blobs;
  readonly views: Pick<Views<Identified>, 'recall' | 'windows'>;
  /** Documents are shown as they are stored. */
  readonly isExact: boolean;
  /** All documents are there. */
  loaded(): void;
  failed(error: StoreError): void;
}

export function createReplica(context: ReplicaContext): Replica {
  const { name, path, version, home, mirror, status, blobs, isExact, views, loaded, failed } = context;
  const { ports, driver } = home;
  const format = packing(driver.holds, home.format);
  const writer = ports.randomId();
  const pause = pacer({ pause: nextTask, ...ports });
  const reading = createReading({ driver, path, format, blobs, pause });
  const log = compaction({ path, home, format, blobs, snapshot, pause });
  const outbox = createOutbox({
    ...context,
    writer,
    format,
    cell: () => self,
    head,
    caughtUp: () => events.caughtUp(),
    revision: () => places.revision(),
    placed,
  });
  const ownOf = (each: PlacedBatch): Outgoing | undefined => (each.writer === writer ? outbox.find(each.number) : undefined);
  const held = createHeld({ ...context, format, outbox, ownOf, isPlaced: log.knows });
  const places = createPlaces({ writer, version, outbox, log, mirror, ownOf, held });
  /** Not where others would find the windows of this browser, and not on a server. */
  const windows =
    home.isShared || !ports.openBus ? undefined : createWindows({ path, version, isExact, home, format, mirror, views, moments });
  /** What the log said, first of all before the first reading. */
  const events = inOrder(unreadable);
  /** All up to this sequence is in the mirror. */
  let at = 0;
  let starting: Promise<void> | undefined;
  /** The mirror may hold what was read. */
  let hasRead = false;
  let isLoaded = false;
  let isClosed = false;

  function head(): number {
    // Up to what the driver has told of all is in the mirror, unless some of it waits.
    return events.isIdle() ? Math.max(at, driver.seen?.() ?? 0) : at;
  }

  function snapshot(): { at: number; documents(): Iterable<Stored> } | undefined {
    return isLoaded && events.isIdle() && !places.isOutdated() && !isClosed ? { at, documents: mirror.confirmed } : undefined;
  }

  function moments(): { at: number; last: number } | undefined {
    return snapshot() && !outbox.isBusy() ? { at: head(), last: log.last() } : undefined;
  }

  function placed(items: readonly Outgoing[], sequence: number): void {
    void events.take(() => {
      batch(() => {
        for (const item of items) places.own(item, sequence);
      });
      at = Math.max(at, sequence);
    });
  }

  function placeBatches(batches: readonly PlacedBatch[], head: number): void {
    batch(() => {
      for (const each of batches) runAtOnce(places.batch(each, true));
    });
    at = Math.max(at, head);
  }

  /** The log says what others have committed. Where another tab has trimmed it meanwhile, that may not be all. */
  async function follow(history: FollowedHistory): Promise<void> {
    const { keys, after } = history;
    if (!keys || keys.includes(checkpointKey(path))) {
      const entry = await driver.get(checkpointKey(path));
      const checkpoint = entry && (format.unpack(entry.value) as Omit<Found, 'contents'>);
      // Without one the collection is new, or was destroyed.
      if (!checkpoint || checkpoint.at > Math.max(at, after)) return read(false);
      log.found({ ...checkpoint, version: entry?.version });
    }
    const batches = [...batchesIn(history, path, places.readAt(), format)];
    const incomplete = batches.filter((each) => (each.segments.length > 0 || each.mayRefer) && places.isNews(each));
    // In the same turn unless it must wait: whoever tries again builds on it.
    if (incomplete.length > 0 && !(await reading.fetch(incomplete))) return read(false);
    placeBatches(batches, history.head);
    const holding = held.follow(history);
    if (holding !== undefined) await holding;
  }

  /** Reads everything: a first time behind everyone's back, step by step, later as one change. */
  async function read(isFirst: boolean): Promise<void> {
    const { history, found, documents, batches } = await reading.read(
      isFirst
        ? {
            known: windows?.recall,
            fill(stored) {
              hasRead = true;
              mirror.fill(stored);
            },
          }
        : {},
    );
    hasRead = true;
    batch(() => {
      if (!isFirst) mirror.reset(documents);
      log.restart(found);
      places.readUpTo(found.at);
      if (!isFirst) placeBatches(batches, history.head);
    });
    for (const each of isFirst ? batches : []) for (const _ of places.batch(each, false)) await pause();
    at = Math.max(found.at, history.head);
    places.readUpTo(at);
    await held.follow(history);
    batch(outbox.dropUnplaced);
  }

  function unreadable(reason: unknown): void {
    const error = storageError(reason, `read "${name}"`);
    home.onError(error, name);
    // Where there is no storage the documents live in memory.
    if (error.code === 'DENIED') {
      ready({ capability: 'memory', persistent: false, error });
      return;
    }
    status.mark({ state: 'error', persistent: false, error });
    events.fail(error);
    failed(error);
    starting = undefined;
    if (error.code !== 'CORRUPT') home.retryLater(self);
  }

  function ready(state: Parameters<StatusSource['mark']>[0]): void {
    isLoaded = true;
    status.mark({ state: 'ready', ...state });
    loaded();
    mirror.complete();
    windows?.begin();
    events.release();
  }

  async function load(): Promise<void> {
    try {
      events.hold();
      await home.start();
      await read(!hasRead);
      ready({ persistent: !outbox.isBusy(), error: undefined });
    } catch (error) {
      unreadable(error);
    }
  }

  function start(): Promise<void> {
    starting ??= load();
    return starting;
  }

  const self: Replica = {
    ...outbox,
    outbox,
    bytes: log.bytes,
    path,
    delayMs: 0,
    start,
    refresh() {},
    async reread(change) {
      const history = change?.history;
      if (history) void events.take(() => follow(history));
      else if (!starting) await start();
      else if (!change) await events.take(() => read(false));
    },
    close() {
      windows?.close();
      isClosed = true;
      events.close();
      log.close();
    },
  };
  return self;
}
