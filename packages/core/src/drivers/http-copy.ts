import type { CommitOptions, Driver, Entry, Operation, Range } from '../driver.ts';
import { encodePath } from '../key-path.ts';

/** How far this device and the server have come with each other. */
export interface Progress {
  /** Names this device to the server, for ever. */
  readonly client: string;
  /** The last commit that the server has answered. */
  readonly number: number;
  /** The copy holds all that was committed up to here. Absent: there is no copy yet. */
  readonly sequence?: number;
  /** Sent under the numbers that follow, and perhaps not answered: to be sent again as they were. */
  readonly sending?: readonly string[];
}

export interface Queued {
  readonly id: string;
  readonly operations: readonly Operation[];
}

/** The version of an entry that waits for the server: which write it waits with. */
const WAITING = 'waiting:';
export const waitsFor = (version: string | undefined): string | undefined =>
  version?.startsWith(WAITING) ? version.slice(WAITING.length) : undefined;

/** What lies on this device: a copy of the server's entries, the writes that wait, and how far both have come. Everything as JSON text. */
export interface Copy {
  get(key: string): Promise<Entry | undefined>;
  list(range: Range): AsyncIterable<readonly Entry[]>;
  /** Issued in the calling turn: the copy shows the writes, and they wait for the server. */
  enqueue(id: string, operations: readonly Operation[], options?: CommitOptions): Promise<void>;
  queued(limit: number): Promise<Queued[]>;
  progress(): Promise<Progress | undefined>;
  /** All or nothing: the server's entries, except where a write waits that is not among `answered`; without an entry there is none. */
  absorb(found: ReadonlyMap<string, Entry | undefined>, answered: readonly string[], progress: Progress): Promise<void>;
  save(progress: Progress): Promise<void>;
  /** The key of the entry in the copy, where it is one. */
  keyOf(path: string): string | undefined;
  pathOf(key: string): string;
}

export function copyIn(local: Driver<unknown> & Required<Pick<Driver<unknown>, 'commit'>>, store: string): Copy {
  const space = encodePath([':copy', store]);
  const pathOf = (key: string): string => `${space}e${key}`;
  const queue = `${space}q`;
  const state = `${space}s`;

  /** `null`: deleted here, and not yet there. */
  const set = (key: string, value: string | null, version: string | undefined): Operation<unknown> => ({
    type: 'set',
    key: pathOf(key),
    value: JSON.stringify([value, version ?? '']),
  });
  const read = (raw: unknown): [value: string | null, version: string] => JSON.parse(raw as string);

  function entryOf(key: string, raw: unknown): Entry | undefined {
    const [value, version] = read(raw);
    return value === null ? undefined : { key, value, version };
  }

  return {
    pathOf,
    keyOf: (path) => (path.startsWith(pathOf('')) ? path.slice(pathOf('').length) : undefined),
    async get(key) {
      const entry = await local.get(pathOf(key));
      return entry && entryOf(key, entry.value);
    },
    async *list({ limit = Number.POSITIVE_INFINITY, ...range }) {
      const after = range.after === undefined ? {} : { after: pathOf(range.after) };
      let left = limit;
      for await (const batch of local.list({ prefix: pathOf(range.prefix), ...after })) {
        const found = batch.flatMap(({ key, value }) => entryOf(key.slice(pathOf('').length), value) ?? []).slice(0, left);
        left -= found.length;
        if (found.length > 0) yield found;
        if (left === 0) return;
      }
    },
    async enqueue(id, operations, options) {
      const shown = operations.map((operation) => set(operation.key, operation.type === 'set' ? operation.value : null, WAITING + id));
      await local.commit([...shown, { type: 'set', key: queue + id, value: JSON.stringify(operations) }], options);
    },
    async queued(limit) {
      const found: Queued[] = [];
      for await (const batch of local.list({ prefix: queue, limit }))
        for (const { key, value } of batch) found.push({ id: key.slice(queue.length), operations: JSON.parse(value as string) });
      return found;
    },
    async progress() {
      const entry = await local.get(state);
      return entry && JSON.parse(entry.value as string);
    },
    async save(progress) {
      await local.commit([{ type: 'set', key: state, value: JSON.stringify(progress) }]);
    },
    async absorb(found, answered, progress) {
      for (;;) {
        const keys = [...found.keys()];
        const before = await Promise.all(keys.map((key) => local.get(pathOf(key))));
        const checks = keys.map((key, index) => ({ key: pathOf(key), version: before[index]?.version }));
        const operations = keys.flatMap((key, index): Operation<unknown>[] => {
          const raw = before[index]?.value;
          const waiting = raw === undefined ? undefined : waitsFor(read(raw)[1]);
          // It is newer than what the server has said, and will be there itself.
          if (waiting !== undefined && !answered.includes(waiting)) return [];
          const entry = found.get(key);
          return [entry ? set(key, entry.value, entry.version) : { type: 'delete', key: pathOf(key) }];
        });
        const done = await local.commit(
          [
            ...operations,
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
