import type { Home } from '../home/home.ts';
import type { TailBatch } from './batch.ts';
import type { Blobs } from './blobs.ts';
import type { Stored } from './change.ts';
import { type Checkpoint, type Found, rewrite } from './checkpoint.ts';
import type { Packing } from './packing.ts';
import { checkpointKey } from './paths.ts';

/** Keeps the log of a collection short: writes what it amounts to into segments, and trims it. */
export interface Compaction {
  readonly checkpoint: Checkpoint;
  /** About so many bytes are in the log and in the segments. */
  bytes(): number;
  /** The sequence of the last batch in the checkpoint or after it. */
  last(): number;
  /** A batch has found its place in the log. */
  add(batch: TailBatch): void;
  /** The batch of this name is known: committed twice it counts once. */
  knows(name: string): boolean;
  /** Another tab has written a checkpoint. */
  found(found: Omit<Found, 'contents'>): void;
  /** A checkpoint was read, and the log after it is about to be added anew. */
  restart(found: Omit<Found, 'contents'>): void;
  /** Writes a checkpoint now. Resolves to false when another tab was faster. */
  run(): Promise<boolean>;
  close(): void;
}

/** Below this the log is read in no time. */
const SMALL_LOG = 256_000;
/** Gathers what comes in bursts, and lets the page have its first seconds. */
const DELAY_MS = 1_000;
/** Of a batch that is committed twice the second commit comes soon. */
const RECENT = 256;

export interface CompactionContext {
  readonly path: string;
  readonly home: Home;
  readonly format: Packing;
  readonly blobs: Blobs;
  /** The documents as the log says, and up to which sequence. `undefined`: not now. */
  snapshot(): { at: number; documents(): Iterable<Stored> } | undefined;
  pause(): Promise<void>;
}

export function compaction({ path, home, format, blobs, snapshot, pause }: CompactionContext): Compaction {
  const { ports, driver } = home;
  let checkpoint: Checkpoint = { at: 0, segments: [], recent: [], garbage: [] };
  let version: string | undefined;
  let tail: TailBatch[] = [];
  let names = new Set<string>();
  let bytes = 0;
  let cancel: (() => void) | undefined;
  let isClosed = false;

  function inSegments(): number {
    return checkpoint.segments.reduce((sum, { size }) => sum + size, 0);
  }

  function isLong(): boolean {
    return bytes > Math.max(SMALL_LOG, inSegments() / 4);
  }

  function plan(): void {
    if (cancel || isClosed || !isLong()) return;
    cancel = ports.delay(() => {
      cancel = undefined;
      if (!ports.lifecycle.isVisible()) return;
      const work = async (): Promise<unknown> => isLong() && run();
      // Under a lock only so that several tabs do not do the same work; the commit itself is what makes it safe.
      (ports.lock ? ports.lock(`${path}compaction`, work) : work()).then(plan, () => {}); // what fails is tried with the next batch
    }, DELAY_MS);
  }

  function adopt(next: Checkpoint, nextVersion: string | undefined): void {
    checkpoint = next;
    version = nextVersion;
    tail = tail.filter(({ sequence }) => sequence > next.at);
    names = new Set([...next.recent, ...tail.map(({ name }) => name)]);
    bytes = tail.reduce((sum, { size }) => sum + size, 0);
  }

  async function run(): Promise<boolean> {
    const blobKeys = await blobs.keys();
    const state = snapshot();
    // What another tab has contained, and this one has not heard of yet, would be trimmed and in no segment.
    if (!state || state.at < checkpoint.at) return false;
    const { at, documents } = state;
    // As it is now: one that is found meanwhile contains more, and its version must not let this one pass.
    const [old, oldVersion] = [checkpoint, version];
    const contained = tail.filter(({ sequence }) => sequence <= at);
    const last = Math.max(old.last ?? old.at, ...contained.map(({ sequence }) => sequence));
    const recent = [...old.recent, ...contained.map(({ name }) => name)].slice(-RECENT);
    const garbage = blobKeys.length > 0 ? blobs.unused(blobKeys, documents()) : [];
    const next = await rewrite(path, old, { at, last, recent, garbage }, documents(), contained, format, ports.randomId, pause);
    const key = checkpointKey(path);
    // In a database that has taken the place of this one there is no checkpoint either, and the log does not go back so far.
    // It must not trust the log, which may be on the disk, to segments that are not.
    const options = { checks: [{ key, version: oldVersion }], untouched: { keys: [key], after: at }, durability: 'strict' } as const;
    if (!(await home.commit(next.operations, options))) return false;
    const entry = await driver.get(key);
    if (entry) adopt(format.unpack(entry.value) as Checkpoint, entry.version);
    return true;
  }

  return {
    bytes: () => bytes + inSegments(),
    last: () => Math.max(checkpoint.last ?? checkpoint.at, tail.at(-1)?.sequence ?? 0),
    get checkpoint() {
      return checkpoint;
    },
    add(batch) {
      tail.push(batch);
      names.add(batch.name);
      bytes += batch.size;
      plan();
    },
    knows: (name) => names.has(name),
    found: ({ version: found, ...next }) => adopt(next, found),
    restart({ version: found, ...next }) {
      tail = [];
      adopt(next, found);
    },
    run,
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}
