import type { FollowedHistory, History } from '../driver.ts';
import { type StoreError, storageError } from '../errors.ts';
import type { Cell } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { StatusSource } from '../home/status.ts';
import { batch } from '../observable.ts';
import { pause as nextTask } from '../pause.ts';
import type { Identified } from '../views/change.ts';
import { pacer } from '../views/steps.ts';
import { batchesIn, nameOf, type PlacedBatch, partsOf } from './batch.ts';
import type { Blobs } from './blobs.ts';
import type { Stored } from './change.ts';
import { type Found, readCheckpoint, readSegment } from './checkpoint.ts';
import { compaction } from './compaction.ts';
import { createHeld } from './held.ts';
import type { Mirror } from './mirror.ts';
import { createOutbox, type Outbox, type Outgoing } from './outbox.ts';
import { packing } from './packing.ts';
import { checkpointKey } from './paths.ts';

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
  /** All documents are there. */
  loaded(): void;
  failed(error: StoreError): void;
}

export function createReplica(context: ReplicaContext): Replica {
  const { name, path, version, home, mirror, status, blobs, loaded, failed } = context;
  const { ports, driver } = home;
  const format = packing(driver.holds, home.format);
  const writer = ports.randomId();
  const pause = pacer({ pause: nextTask, ...ports });
  const log = compaction({ path, home, format, blobs, snapshot, pause });
  const outbox = createOutbox({ ...context, writer, format, cell: () => self, head, revision: () => revision, placed });
  const ownOf = (each: PlacedBatch): Outgoing | undefined => (each.writer === writer ? outbox.find(each.number) : undefined);
  const held = createHeld({ ...context, format, outbox, ownOf, isPlaced: log.knows });
  /** What the log said and was not taken over yet, in its order. */
  const events: (() => void | Promise<void>)[] = [];
  /** One is being taken over; before the first reading, and after one that failed, they wait. */
  let isTaking = true;
  /** All up to this sequence is in the mirror. */
  let at = 0;
  /** Up to here storage was read: what the log says of it is contained. */
  let readAt = 0;
  let revision = 0;
  let starting: Promise<void> | undefined;
  /** The mirror may hold what was read. */
  let hasRead = false;
  let isLoaded = false;
  let isClosed = false;
  /** A newer build has changed documents in ways that this one cannot follow: it must not write checkpoints. */
  let isOutdated = false;

  function head(): number {
    // Up to what the driver has told of all is in the mirror, unless some of it waits.
    return isTaking || events.length > 0 ? at : Math.max(at, driver.seen?.() ?? 0);
  }

  function snapshot(): { at: number; documents: Iterable<Stored> } | undefined {
    return isLoaded && !isTaking && !isOutdated && !isClosed ? { at, documents: mirror.confirmed() } : undefined;
  }

  /** Takes over one event after the other; what must wait holds up those behind it. */
  async function take(event?: () => void | Promise<void>): Promise<void> {
    if (event) events.push(event);
    if (isTaking) return;
    isTaking = true;
    try {
      while (events.length > 0 && !isClosed) await events.shift()?.();
      isTaking = false;
    } catch (error) {
      unreadable(error);
    }
  }

  function placed(items: readonly Outgoing[], sequence: number, size: number): void {
    void take(() => {
      batch(() => {
        for (const item of items) place(item, sequence, size / items.length);
      });
      at = Math.max(at, sequence);
    });
  }

  function place(item: Outgoing, sequence: number, size: number): void {
    if (!outbox.remove(item)) return;
    // What was read meanwhile contains it.
    if (sequence <= readAt) mirror.drop(item);
    else mirror.confirm(item);
    const ids = item.changes.map(([id]) => id);
    for (let part = 0; part < partsOf(item); part++)
      log.add({ sequence, size: size / partsOf(item), name: nameOf({ writer, number: item.number, part }), ids: part ? [] : ids });
  }

  function placeBatches(batches: readonly PlacedBatch[], head: number, isTold = true): void {
    batch(() => {
      for (const each of batches) {
        const { sequence, size } = each;
        const name = nameOf(each);
        const own = ownOf(each);
        const waiting = held.take(name);
        // All its parts are in one commit: with the first one they have their place.
        if (own) place(own, sequence, size * partsOf(own));
        else if (!log.knows(name)) {
          isOutdated ||= each.version > version;
          log.add({ sequence, size, name, ids: each.changes.map(([id]) => id) });
          if (waiting) mirror.confirm(waiting);
          else mirror.accept(each, isTold);
          revision++;
        }
      }
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
    const batches = [...batchesIn(history, path, readAt, format)];
    // In the same turn unless it must wait: whoever tries again builds on it.
    const fetching = blobs.fetch(batches.flatMap(({ changes, mayRefer }) => (mayRefer ? changes : [])));
    if (fetching !== undefined) await fetching;
    placeBatches(batches, history.head);
    const holding = held.follow(history);
    if (holding !== undefined) await holding;
  }

  /** Reads checkpoint, segments and the log after them: a first time behind everyone's back, step by step, later as one change. */
  async function read(isFirst: boolean): Promise<void> {
    // In this order, so that of the batches that a checkpoint meanwhile takes out of the log none is missing in both.
    const history = (await driver.changes?.(0)) as History<unknown>;
    // Apart from each other: the checkpoint is kept.
    const { contents, ...found } = await readCheckpoint(driver, path, format, blobs.take);
    const all: Stored[] = [];
    hasRead = true;
    for (const content of contents) {
      const stored = readSegment(content, format);
      if (isFirst) mirror.fill(stored);
      else all.push(...stored);
      await pause();
    }
    const batches: PlacedBatch[] = [];
    for (const each of batchesIn(history, path, found.at, format)) {
      if (each.mayRefer) await blobs.fetch(each.changes);
      batches.push(each);
      await pause();
    }
    batch(() => {
      if (!isFirst) mirror.reset(all);
      revision++;
      log.restart(found);
      readAt = found.at;
      if (!isFirst) placeBatches(batches, history.head);
    });
    for (const each of isFirst ? batches : []) {
      placeBatches([each], each.sequence, false);
      await pause();
    }
    readAt = Math.max(readAt, history.head);
    at = readAt;
    await held.follow(history);
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
    failed(error);
    starting = undefined;
    if (error.code !== 'CORRUPT') home.retryLater(self);
  }

  function ready(state: Parameters<StatusSource['mark']>[0]): void {
    isLoaded = true;
    isTaking = false;
    status.mark({ state: 'ready', ...state });
    loaded();
    void take();
  }

  async function load(): Promise<void> {
    try {
      isTaking = true;
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
      if (history) void take(() => follow(history));
      else if (!starting) await start();
      else if (!change) await take(() => read(false));
    },
    close() {
      isClosed = true;
      log.close();
    },
  };
  return self;
}
