import type { Batch, CommitOptions, Driver, Entry, Operation, Range } from '../driver.ts';
import { encodePath } from '../key-path.ts';
import type { HttpBlobs } from './http-blobs.ts';

/** How far this device and the server have come with each other. */
export interface Progress {
  /** Names this device to the server, for ever. */
  readonly client: string;
  /** The last commit that the server has answered. */
  readonly number: number;
  /** The copy holds all that was committed up to here. Absent: there is no copy yet. */
  readonly sequence?: number;
  /** So many batches were copied since all of them were. */
  readonly copied?: number;
  /** Sent under the numbers that follow, and perhaps not answered: to be sent again as they were. */
  readonly sending?: readonly string[];
}

/** A commit of this device that waits for the server. */
export interface Queued {
  readonly id: string;
  readonly operations: readonly Operation[];
}

/** What the server has told: its entries, `undefined` where there is none, and what was appended to its log. */
export interface News {
  readonly entries: ReadonlyMap<string, Entry | undefined>;
  readonly batches: readonly Batch[];
  /** There are no other batches any more. */
  readonly isWholeLog: boolean;
}

/** The version of an entry that waits for the server: which write it waits with. */
const WAITING = 'waiting:';
export const waitsFor = (version: string | undefined): string | undefined =>
  version?.startsWith(WAITING) ? version.slice(WAITING.length) : undefined;

/** What lies on this device: a copy of the server's entries and of its log, the commits that wait, and how far both have come. */
export interface Copy {
  get(key: string): Promise<Entry | undefined>;
  list(range: Range): AsyncIterable<readonly Entry[]>;
  /** Issued in the calling turn: the copy shows the writes, and they wait for the server. */
  enqueue(id: string, operations: readonly Operation[], options?: CommitOptions): Promise<void>;
  queued(limit?: number): Promise<Queued[]>;
  /** The log after a sequence. */
  batches(after: number): Promise<Batch[]>;
  progress(): Promise<Progress | undefined>;
  /** All or nothing: the news, except where a write waits that is not among `answered`. */
  absorb(news: News, answered: readonly string[], progress: Progress): Promise<void>;
  save(progress: Progress): Promise<void>;
  /** The key of the entry in the copy, where it is one. */
  keyOf(path: string): string | undefined;
  pathOf(key: string): string;
}

/** So many digits has a sequence in a key, so that the order of texts is the order of numbers. */
const DIGITS = 16;

export function copyIn(
  local: Driver<unknown> & Required<Pick<Driver<unknown>, 'commit'>>,
  store: string,
  blobs: HttpBlobs | undefined,
): Copy {
  const space = encodePath([':copy', store]);
  const entries = `${space}e`;
  const queue = `${space}q`;
  const log = `${space}l`;
  const state = `${space}s`;
  const blobPath = (name: string): string => `${space}b${name}`;
  const pathOf = (key: string): string => entries + key;
  const placeOf = (sequence: number): string => log + `${sequence}`.padStart(DIGITS, '0');

  /** `null`: deleted here, and not yet there. */
  const set = (key: string, value: string | null, version: string | undefined): Operation<unknown> => ({
    type: 'set',
    key: pathOf(key),
    value: JSON.stringify([value, version ?? '']),
  });
  const read = (raw: unknown): [value: string | null, version: string] => JSON.parse(raw as string);

  async function entryOf(key: string, raw: unknown): Promise<Entry | undefined> {
    const [value, version] = read(raw);
    if (value !== null) await blobs?.restore(local, key, value, blobPath);
    return value === null ? undefined : { key, value, version };
  }

  async function all(range: Range): Promise<Entry<unknown>[]> {
    const found: Entry<unknown>[] = [];
    for await (const batch of local.list(range)) found.push(...batch);
    return found;
  }

  /** What brings the copied log up to date. Several batches of one commit stand side by side. */
  async function logged({ batches, isWholeLog }: News): Promise<Operation<unknown>[]> {
    const place = (index: number): string => `${placeOf(batches[index]?.sequence ?? 0)}.${`${index}`.padStart(DIGITS, '0')}`;
    const added = batches.map(({ key, value }, index): Operation<unknown> => {
      return { type: 'set', key: place(index), value: JSON.stringify([key, value]) };
    });
    const gone = isWholeLog ? await all({ prefix: log, keysOnly: true }) : [];
    return [...gone.map(({ key }): Operation<unknown> => ({ type: 'delete', key })), ...added];
  }

  return {
    pathOf,
    keyOf: (path) => (path.startsWith(entries) ? path.slice(entries.length) : undefined),
    async get(key) {
      const entry = await local.get(pathOf(key));
      return entry && entryOf(key, entry.value);
    },
    async *list({ limit = Number.POSITIVE_INFINITY, ...range }) {
      const after = range.after === undefined ? {} : { after: pathOf(range.after) };
      let left = limit;
      for await (const batch of local.list({ prefix: pathOf(range.prefix), ...after })) {
        const all = await Promise.all(batch.map(({ key, value }) => entryOf(key.slice(entries.length), value)));
        const found = all.filter((entry) => entry !== undefined).slice(0, left);
        left -= found.length;
        if (found.length > 0) yield found;
        if (left === 0) return;
      }
    },
    async enqueue(id, operations, options) {
      const shown = operations.flatMap((operation) => {
        if (operation.type !== 'set' && operation.type !== 'delete') return [];
        return [set(operation.key, operation.type === 'set' ? operation.value : null, WAITING + id)];
      });
      const kept = blobs?.kept(operations, blobPath) ?? [];
      await local.commit([...shown, ...kept, { type: 'set', key: queue + id, value: JSON.stringify(operations) }], options);
    },
    async queued(limit = Number.POSITIVE_INFINITY) {
      const found = await all({ prefix: queue, limit });
      const commits = found.map(({ key, value }): Queued => ({ id: key.slice(queue.length), operations: JSON.parse(value as string) }));
      for (const { key, ...operation } of blobs ? commits.flatMap(({ operations }) => operations) : [])
        if (operation.type === 'set') await blobs?.restore(local, key, operation.value, blobPath);
      return commits;
    },
    async batches(after) {
      const found = await all({ prefix: log, after: placeOf(after + 1) });
      return found.map(({ key: place, value: raw }) => {
        const [key, value] = JSON.parse(raw as string);
        return { sequence: Number(place.slice(log.length, log.length + DIGITS)), key, value };
      });
    },
    async progress() {
      const entry = await local.get(state);
      return entry && JSON.parse(entry.value as string);
    },
    async save(progress) {
      await local.commit([{ type: 'set', key: state, value: JSON.stringify(progress) }]);
    },
    async absorb(news, answered, progress) {
      const log = await logged(news);
      for (;;) {
        const keys = [...news.entries.keys()];
        const before = await Promise.all(keys.map((key) => local.get(pathOf(key))));
        const checks = keys.map((key, index) => ({ key: pathOf(key), version: before[index]?.version }));
        const operations = keys.flatMap((key, index): Operation<unknown>[] => {
          const raw = before[index]?.value;
          const waiting = raw === undefined ? undefined : waitsFor(read(raw)[1]);
          // It is newer than what the server has said, and will be there itself.
          if (waiting !== undefined && !answered.includes(waiting)) return [];
          const entry = news.entries.get(key);
          const old = raw === undefined ? null : read(raw)[0];
          return [
            entry ? set(key, entry.value, entry.version) : { type: 'delete', key: pathOf(key) },
            ...((blobs && old !== null && blobs.forgotten(key, old, entry?.value, blobPath)) || []),
            ...((entry && blobs?.kept([{ type: 'set', ...entry }], blobPath)) ?? []),
          ];
        });
        const done = await local.commit(
          [
            ...operations,
            ...log,
            ...answered.map((id): Operation<unknown> => ({ type: 'delete', key: queue + id })),
            { type: 'set', key: state, value: JSON.stringify(progress) },
          ],
          { checks },
        );
        // Someone has set one of them meanwhile.
        if (done) return;
      }
    },
  };
}
