import type { Commit, CommitOptions, Driver, DriverChange, Operation } from './driver.ts';
import type { Bus, Ports } from './ports.ts';

/** What a tab says to the others after a commit. */
interface Hint {
  readonly sequence: number;
  readonly keys: readonly string[];
}

/** While the page is visible a lost hint is found after this long at the latest. */
const POLL_MS = 3_000;

/**
 * Gives a driver that counts its commits a `watch` that misses nothing: by hints, by a look whenever the page is seen again,
 * and by a slow poll. Hints come from the driver's own `watch` where it has one, else from a bus between tabs. A hint says that
 * there may be something new; what it is, only storage says. So a hint that is lost, late, repeated or forged delays by one poll,
 * or costs one look.
 */
export function followed<Value>(
  driver: Driver<Value> & Required<Pick<Driver<Value>, 'changes' | 'commit'>>,
  store: string,
  ports: Ports,
): Driver<Value> {
  /** All commits up to this one are our own, or have been told. */
  let seen = 0;
  let tell: ((change: DriverChange<Value>) => void) | undefined;
  let bus: Bus | undefined;
  let watching: Promise<() => void> | undefined;
  /** The head from which on changes are told is known, or cannot be read. */
  let isStarted: Promise<unknown> = Promise.resolve();
  /** Something was read before that. */
  let hasReadEarly = false;
  /** Commits of ours under way: a hint may be the echo of one, which only its answer tells. */
  let committing = 0;
  let heard = 0;
  let looking: Promise<void> | undefined;
  let isBehind = false;
  let cancelPoll = (): void => {};

  async function look(): Promise<void> {
    await isStarted;
    const after = seen;
    const history = { ...(await driver.changes(after)), after };
    const { head, keys } = history;
    if (!keys) tell?.({ type: 'reset', history });
    else if (keys.length > 0) tell?.({ type: 'change', keys, history });
    // Without keys the database may be another one, which counts from its own beginning.
    seen = keys ? Math.max(seen, head) : head;
  }

  /** However many hints arrive meanwhile, one more look answers them all. */
  function catchUp(): Promise<void> {
    isBehind = true;
    looking ??= (async () => {
      while (isBehind && tell) {
        isBehind = false;
        await look().catch(() => {}); // the next hint, event or poll looks again
      }
      looking = undefined;
    })();
    return looking;
  }

  /** From the driver's own watch. */
  function hear({ sequence }: DriverChange<Value>): void {
    if (sequence !== undefined && (sequence <= seen || committing > 0)) heard = Math.max(heard, sequence);
    else void catchUp();
  }

  function connect(): void {
    if (driver.watch && !watching) {
      const opening = driver.watch(hear);
      watching = opening;
      // What was committed before it was live is looked for. Where it fails the next poll tries again.
      opening.then(catchUp, () => {
        if (watching === opening) watching = undefined;
      });
    }
    if (driver.watch || bus || !ports.openBus) return;
    bus = ports.openBus(`holdfast:${store}:${driver.name}`);
    bus.onMessage = (message) => {
      const { sequence, keys } = (message ?? {}) as Partial<Hint>;
      if (sequence === seen) return;
      // To read what the hint names at once saves a turn; whether that is all, only the look tells.
      if (!looking && Array.isArray(keys)) tell?.({ type: 'change', keys });
      void catchUp();
    };
  }

  function disconnect(): void {
    bus?.close();
    bus = undefined;
    watching?.then((stop) => stop()).catch(() => {});
    watching = undefined;
  }

  function poll(): void {
    if (!ports.openBus && !driver.watch) return;
    cancelPoll = ports.delay(() => {
      if (ports.lifecycle.isVisible()) {
        connect();
        void catchUp();
      }
      poll();
    }, POLL_MS);
  }

  async function commit(operations: readonly Operation<Value>[], options?: CommitOptions): Promise<Commit | undefined> {
    committing++;
    let done: Commit | undefined;
    try {
      done = await driver.commit(operations, options);
    } finally {
      committing--;
    }
    if (!done) {
      // Whoever tries again knows by then what was in the way.
      if (options?.untouched) await catchUp();
      return undefined;
    }
    const { sequence = 0 } = done;
    if (sequence === seen + 1) {
      seen = sequence;
      options?.placed?.(sequence);
    }
    if (Math.max(sequence, heard) > seen) void catchUp();
    bus?.post({ sequence, keys: [...new Set(operations.map(({ key }) => key))] } satisfies Hint);
    return done;
  }

  /** Servers answer in any order: what is read is not older than the head from which on changes are told. */
  const inOrder: Partial<Pick<Driver<Value>, 'get' | 'list'>> = {
    get: (key) => isStarted.then(() => driver.get(key)),
    async *list(range) {
      await isStarted;
      yield* driver.list(range);
    },
  };
  /** A database answers in the order in which it was asked, unless its connection died in between: then what was read is read again. */
  const noted: Pick<Driver<Value>, 'get'> = {
    get(key) {
      const reading = driver.get(key);
      // Beside it, not before it: the first value must not be shown a moment later.
      reading.then(
        () => {
          hasReadEarly = true;
        },
        () => {},
      );
      return reading;
    },
  };

  return {
    ...driver,
    ...(driver.watch ? inOrder : noted),
    commit,
    seen: () => seen,
    async set(key, value, options) {
      await commit([{ type: 'set', key, value, ...options }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      tell = listener;
      // First of all: where the driver has to open, everything else goes on meanwhile.
      // Where it fails the next look tells all: it begins at 0.
      hasReadEarly = false;
      isStarted = driver.changes().then(
        ({ head }) => {
          seen = Math.max(seen, head);
          if (hasReadEarly) tell?.({ type: 'reset' });
        },
        () => {},
      );
      connect();
      poll();
      const stop = ports.lifecycle.listen((event) => {
        if (event === 'show') {
          connect();
          void catchUp();
        } else if (event === 'freeze') disconnect(); // an open channel keeps a page out of the back/forward cache
      });
      await isStarted;
      await watching?.catch(() => {});
      return () => {
        tell = undefined;
        stop();
        cancelPoll();
        disconnect();
      };
    },
  };
}
