import { backoff } from '../backoff.ts';
import type { Commit, CommitOptions, Driver, DriverChange, Entry, Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';
import { type Copy, copyIn, type Progress, waitsFor } from './http-copy.ts';
import type { Remote } from './http-remote.ts';
import { errorOf } from './http-request.ts';

/** So many waiting writes go with one request. */
const BATCH = 100;
/** A lost hint of the feed is found after this long at the latest. */
const POLL_MS = 5_000;

/**
 * A server's storage with a copy on this device. Reads are of the copy. Writes are saved when they are in the copy, and sent in
 * their order as soon as there is a connection, each of them once. Writes with conditions, and those of logs, need the server:
 * without it they fail with `UNAVAILABLE`. Several tabs share the copy; one of them at a time talks to the server.
 */
export function mirrored(server: Remote, cache: StorageDriver, store: string, ports: Ports): StorageDriver<string> {
  const local = (cache.named?.(`${store}.copy`, ports) ?? cache) as Driver<unknown> & Required<Pick<Driver<unknown>, 'commit'>>;
  if (!local.commit) throw new StoreError('INVALID_ARGUMENT', `Cannot keep a copy in "${local.name}": it has no commits`);
  const copy: Copy = copyIn(local, store);
  const prefix = encodePath([store]);
  const tab = ports.randomId();
  const stops: (() => void)[] = [];
  let listener: ((change: DriverChange<string>) => void) | undefined;
  let lastId = 0;
  let hasCopy = false;
  let isClosed = false;
  let meeting: Promise<void> | undefined;
  let isWanted = false;
  const retry = backoff(ports, () => void meet().catch(() => {}));

  /** Sends what waits, then reads what others have committed. However often it is asked for meanwhile, one more turn answers all. */
  function meet(): Promise<void> {
    isWanted = true;
    meeting ??= (async () => {
      try {
        while (isWanted && !isClosed) {
          isWanted = false;
          await (ports.lock ? ports.lock(`holdfast:http:${store}`, exchange) : exchange());
        }
        retry.reset();
      } catch (error) {
        if (!isClosed) retry.plan();
        throw error;
      } finally {
        meeting = undefined;
      }
    })();
    return meeting;
  }

  async function exchange(): Promise<void> {
    let progress: Progress = (await copy.progress()) ?? { client: `${ports.randomId()}-device`.replace(/[^\w-]/g, ''), number: 0 };
    for (;;) {
      const waiting = await copy.queued(BATCH);
      // What was sent and not answered goes again under the same numbers, whatever was set meanwhile.
      const sent = progress.sending ? waiting.filter(({ id }) => progress.sending?.includes(id)) : waiting;
      if (sent.length > 0 && !progress.sending) {
        progress = { ...progress, sending: sent.map(({ id }) => id) };
        await copy.save(progress);
      }
      const commits = sent.map(({ operations }, index) => ({ number: progress.number + index + 1, operations }));
      const results = commits.length > 0 ? await server.send(progress.client, commits) : [];
      const answered = sent.slice(0, results.length).map(({ id }) => id);
      results.forEach((result) => {
        if (!result || !('error' in result)) return;
        const error = errorOf(result.error);
        // The server itself is in trouble: later.
        if (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT' || error.code === 'QUOTA') throw error;
        // Refused for good: the copy gets back what the server has.
        ports.report(error);
      });
      const { sending: _, ...rest } = progress;
      const touched = sent.slice(0, results.length).flatMap(({ operations }) => operations.map(({ key }) => key));
      progress = await absorb({ ...rest, number: progress.number + results.length }, answered, touched);
      if (waiting.length === sent.length && waiting.length < BATCH && answered.length === sent.length) return;
    }
  }

  async function absorb(progress: Progress, answered: readonly string[], touched: readonly string[]): Promise<Progress> {
    const { head, keys } = await server.changes(progress.sequence);
    const found = new Map<string, Entry | undefined>();
    if (keys && progress.sequence !== undefined) {
      const changed = new Set([...keys, ...touched].filter((key) => key.startsWith(prefix)));
      await Promise.all(Array.from(changed, async (key) => found.set(key, await server.get(key))));
    } else {
      for await (const batch of copy.list({ prefix })) for (const { key } of batch) found.set(key, undefined);
      for (const key of touched) found.set(key, undefined);
      for await (const batch of server.list({ prefix })) for (const entry of batch) found.set(entry.key, entry);
    }
    const next = { ...progress, sequence: head };
    if (found.size > 0 || answered.length > 0 || head !== progress.sequence) await copy.absorb(found, answered, next);
    hasCopy = true;
    if (found.size > 0) listener?.({ type: 'change', keys: [...found.keys()] });
    return next;
  }

  /** Until there has been a first meeting there is nothing to read, and nothing to say that there is nothing. */
  async function readable(): Promise<void> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use the server: the driver is closed');
    hasCopy ||= (await copy.progress())?.sequence !== undefined;
    if (!hasCopy) await meet();
  }

  /** In the order of the clock, and in that of the calls within a tab. */
  function newId(): string {
    lastId = Math.max(lastId + 1, ports.now());
    return `${`${lastId}`.padStart(15, '0')}.${tab}`;
  }

  async function commit(operations: readonly Operation[], conditions: CommitOptions = {}): Promise<Commit | undefined> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use the server: the driver is closed');
    const isPlain = operations.every(({ type }) => type === 'set' || type === 'delete');
    if (isPlain && !conditions.checks && !conditions.untouched) {
      await copy.enqueue(newId(), operations);
      void meet().catch(() => {});
      return {};
    }
    await meet();
    const isStale = conditions.checks?.some(({ version }) => waitsFor(version) !== undefined);
    const done = isStale ? undefined : await server.commit(operations, conditions);
    // Whoever reads now, reads what is there: after a commit its result, after a refusal what was in the way.
    await meet();
    return done;
  }

  function poll(): void {
    const cancel = ports.delay(() => {
      if (ports.lifecycle.isVisible() && !retry.isWaiting()) void meet().catch(() => {});
      stops.splice(stops.indexOf(cancel), 1);
      if (!isClosed) poll();
    }, POLL_MS);
    stops.push(cancel);
  }

  function follow(): void {
    server
      .watch(() => void meet().catch(() => {}))
      .then(
        (stop) => {
          if (isClosed) stop();
          else stops.push(stop);
          void meet().catch(() => {});
        },
        () => {
          if (!isClosed) stops.push(ports.delay(follow, POLL_MS));
        },
      );
  }

  const { journal } = local;
  return {
    name: 'http',
    holds: 'text',
    commit,
    async get(key) {
      await readable();
      return copy.get(key);
    },
    async *list(range) {
      await readable();
      yield* copy.list(range);
    },
    async set(key, value, expiry) {
      await commit([{ type: 'set', key, value, ...expiry }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(hear) {
      listener = hear;
      const stopLocal = await local.watch?.((change) => {
        if (change.type === 'reset') hear({ type: 'reset' });
        else hear({ type: 'change', keys: change.keys.flatMap((path) => copy.keyOf(path) ?? []) });
      });
      const stopEvents = ports.lifecycle.listen((event) => {
        if (event === 'show') void meet().catch(() => {});
      });
      follow();
      poll();
      void meet().catch(() => {});
      return () => {
        listener = undefined;
        stopLocal?.();
        stopEvents();
      };
    },
    ...(local.isOpen ? { isOpen: local.isOpen } : {}),
    ...(journal
      ? {
          journal: {
            ...journal,
            write: (key: string, value: unknown) => journal.write(copy.pathOf(key), value),
            forget: (key: string) => journal.forget(copy.pathOf(key)),
            // The copy alone can tell whether it was written since.
            recover: () =>
              journal.recover(async (path, value, after) => {
                const key = copy.keyOf(path);
                if (key === undefined) return;
                const operation =
                  value === undefined ? ({ type: 'delete', key } as const) : ({ type: 'set', key, value: value as string } as const);
                await copy.enqueue(newId(), [operation], { untouched: { keys: [path], after } });
              }),
          },
        }
      : {}),
    async close() {
      isClosed = true;
      retry.reset();
      for (const stop of stops) stop();
      await server.close?.();
      await local.close?.();
    },
  };
}
