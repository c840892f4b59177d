import { backoff } from '../backoff.ts';
import type { Commit, CommitOptions, Driver, Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';
import type { HttpBlobs } from './http-blobs.ts';
import { type Copy, copyIn, waitsFor } from './http-copy.ts';
import { exchangeOf } from './http-exchange.ts';
import { journalOf } from './http-journal.ts';
import { following } from './http-news.ts';
import type { Remote } from './http-remote.ts';

/** A lost hint of the feed is found after this long at the latest. */
const POLL_MS = 5_000;

/**
 * A server's storage with a copy on this device. Reads are of the copy. Commits are saved when they are in the copy, and sent in
 * their order as soon as there is a connection, each of them once. What was appended has its place in the log when the server
 * says so; until then it stands behind all that has one. Commits with conditions need the server: without it they fail with
 * `UNAVAILABLE`. Several tabs share the copy; one of them at a time talks to the server.
 */
export function mirrored(server: Remote, cache: StorageDriver, store: string, ports: Ports, blobs?: HttpBlobs): StorageDriver<string> {
  const local = (cache.named?.(`${store}.copy`, ports) ?? cache) as Driver<unknown> & Required<Pick<Driver<unknown>, 'commit'>>;
  if (!local.commit) throw new StoreError('INVALID_ARGUMENT', `Cannot keep a copy in "${local.name}": it has no commits`);
  if (blobs && !cache.blobs) throw new StoreError('INVALID_ARGUMENT', `Cannot keep Blobs in "${local.name}": take indexedDb()`);
  const copy: Copy = copyIn(local, store, blobs);
  const news = following(copy);
  const exchange = exchangeOf({ server, copy, prefix: encodePath([store]), ports, changed: news.changed });
  const tab = ports.randomId();
  const stops: (() => void)[] = [];
  let lastId = 0;
  let hasCopy = false;
  let isClosed = false;
  let meeting: Promise<void> | undefined;
  let isWanted = false;
  const retry = backoff(ports, meetSoon);

  /** Sends what waits, reads what others have committed, and tells of it. However often it is asked for meanwhile, one more turn answers all. */
  function meet(): Promise<void> {
    isWanted = true;
    meeting ??= (async () => {
      try {
        while (isWanted && !isClosed) {
          isWanted = false;
          await (ports.lock ? ports.lock(`holdfast:http:${store}`, exchange) : exchange());
          hasCopy = true;
          await news.tell();
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

  function meetSoon(): void {
    void meet().catch(() => {});
  }

  /** Until there has been a first meeting there is nothing to read, and nothing to say that there is nothing. */
  async function readable(): Promise<void> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use the server: the driver is closed');
    hasCopy ||= (await copy.progress())?.sequence !== undefined;
    if (!hasCopy) await meet();
  }

  async function enqueue(operations: readonly Operation[], options?: CommitOptions): Promise<void> {
    // In the order of the clock, and in that of the calls within a tab.
    lastId = Math.max(lastId + 1, ports.now());
    const id = `${`${lastId}`.padStart(15, '0')}.${tab}`;
    await copy.enqueue(id, operations, options);
    news.enqueued(id, operations);
    meetSoon();
  }

  async function commit(operations: readonly Operation[], conditions: CommitOptions = {}): Promise<Commit | undefined> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use the server: the driver is closed');
    if (!needsServer(operations, conditions)) {
      await enqueue(operations);
      return {};
    }
    await meet();
    const isStale = conditions.checks?.some(({ version }) => waitsFor(version) !== undefined);
    const done = isStale ? undefined : await server.commit(operations, conditions);
    // Whoever reads now, reads what is there: after a commit its result, after a refusal what was in the way.
    await meet();
    return done && {};
  }

  function poll(): void {
    const cancel = ports.delay(() => {
      if (ports.lifecycle.isVisible() && !retry.isWaiting()) meetSoon();
      stops.splice(stops.indexOf(cancel), 1);
      if (!isClosed) poll();
    }, POLL_MS);
    stops.push(cancel);
  }

  function follow(): void {
    server.watch(meetSoon).then(
      (stop) => {
        if (isClosed) stop();
        else stops.push(stop);
        meetSoon();
      },
      () => {
        if (!isClosed) stops.push(ports.delay(follow, POLL_MS));
      },
    );
  }

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
    async changes(after) {
      await readable();
      return news.since(after);
    },
    seen: news.told,
    async watch(hear) {
      await news.listen(hear);
      // Other tabs, which share the copy.
      const stopLocal = await local.watch?.((change) => {
        news.changed(change.type === 'reset' ? undefined : change.keys.flatMap((path) => copy.keyOf(path) ?? []));
        void news.tell().catch(() => {});
      });
      const stopEvents = ports.lifecycle.listen((event) => {
        if (event === 'show') meetSoon();
      });
      follow();
      poll();
      meetSoon();
      return () => {
        void news.listen(undefined);
        stopLocal?.();
        stopEvents();
      };
    },
    ...(local.isOpen ? { isOpen: local.isOpen } : {}),
    ...(local.journal ? { journal: journalOf(local.journal, copy, enqueue) } : {}),
    async close() {
      isClosed = true;
      retry.reset();
      for (const stop of stops) stop();
      await server.close?.();
      await local.close?.();
    },
  };
}

/** What holds only on top of what is there, only the server can do. A key that is set looks first where it can: here it cannot, and is set all the same. */
function needsServer(operations: readonly Operation[], { checks, untouched }: CommitOptions): boolean {
  return (
    checks !== undefined || operations.some(({ type, key }) => type === 'trim' || (type === 'append' && untouched?.keys.includes(key)))
  );
}
