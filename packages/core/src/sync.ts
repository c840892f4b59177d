import type { Commit, Driver } from './driver.ts';
import type { Bus, Ports } from './ports.ts';

/** Who is told of changes. */
export interface Follower {
  refresh(raw: unknown, clock: number): void;
  reread(): Promise<void>;
}

/** Follows what other tabs and processes commit. Hints only say when to look; what changed is always read from storage. */
export interface Sync {
  /** Begins to follow; the first call notes where the order of commits stands, so that nothing after the first read is missed. */
  start(): void;
  /** Our own commit has taken place: tells the others. */
  committed(commit: Commit): void;
  /** Looks what was committed since the last time. */
  catchUp(): Promise<void>;
  close(): void;
}

/** While the page is visible a lost hint is found after this long at the latest. */
const POLL_MS = 3_000;

export function synchronise(
  store: string,
  driver: Driver<unknown>,
  ports: Ports,
  followers: ReadonlyMap<string, Follower>,
  tick: () => number,
): Sync {
  const channel = `holdfast:${store}:${driver.name}`;
  /** All commits up to this sequence are in our cells, or overwritten by what they are about to write. */
  let seen = 0;
  let isStarted = false;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let isBehind = false;
  let bus: Bus | undefined;
  let unwatch = (): void => {};
  let cancelPoll = (): void => {};

  function rereadAll(): void {
    for (const follower of followers.values()) void follower.reread();
  }

  async function look(): Promise<void> {
    if (!driver.changes) return rereadAll();
    const clock = tick();
    const { head, changes } = await driver.changes(seen);
    if (changes) for (const { key, entry } of changes) followers.get(key)?.refresh(entry?.value, clock);
    else rereadAll();
    // Without changes the database may be another one, that counts from its own beginning.
    seen = changes ? Math.max(seen, head) : head;
  }

  /** However many hints arrive meanwhile, one more look answers them all. */
  function catchUp(): Promise<void> {
    isBehind = true;
    running ??= (async () => {
      while (isBehind && !isClosed) {
        isBehind = false;
        await look().catch(() => {}); // the next hint, event or poll looks again
      }
      running = undefined;
    })();
    return running;
  }

  function connect(): void {
    if (bus || driver.watch || !ports.openBus) return;
    bus = ports.openBus(channel);
    bus.onMessage = (message) => {
      if (typeof message !== 'number' || message !== seen) void catchUp();
    };
  }

  function poll(): void {
    if (driver.watch || !ports.openBus) return;
    cancelPoll = ports.delay(() => {
      if (ports.lifecycle.isVisible()) void catchUp();
      poll();
    }, POLL_MS);
  }

  const stopListening = ports.lifecycle.listen((event) => {
    if (event === 'show') {
      connect();
      if (isStarted) void catchUp();
    } else if (event === 'freeze') {
      // An open channel keeps a page out of the back/forward cache.
      bus?.close();
      bus = undefined;
    }
  });

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      connect();
      poll();
      void driver.changes?.().then(
        ({ head }) => {
          seen = Math.max(seen, head);
        },
        () => {},
      );
      void driver
        .watch?.((change) => {
          if (change.type === 'reset') rereadAll();
          else void followers.get(change.key)?.reread();
        })
        .then((stop) => {
          unwatch = stop;
          if (isClosed) stop();
        });
    },
    committed({ sequence }) {
      if (sequence === seen + 1) seen = sequence;
      else if (sequence !== undefined && sequence > seen) void catchUp();
      bus?.post(sequence ?? null);
    },
    catchUp,
    close() {
      isClosed = true;
      stopListening();
      cancelPoll();
      bus?.close();
      unwatch();
    },
  };
}
