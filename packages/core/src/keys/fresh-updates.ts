import { equal } from '../equal.ts';
import { type SaveResult, updaterError } from '../errors.ts';
import type { Home } from '../home/home.ts';
import { packSet } from '../record.ts';
import { validate } from '../schema.ts';
import type { Key } from './key.ts';
import { readEntry } from './reading.ts';

/** What read-modify-write needs of its cell. */
interface Target<T> {
  /** Resolves to false where storage cannot be read: then there is nothing fresh. */
  whenRead(): Promise<boolean>;
  flush(): Promise<SaveResult>;
  set(change: (previous: T) => T): Promise<SaveResult>;
  adopt(raw: unknown, clock: number): void;
  /** What is shown while storage holds nothing. */
  absent(): T;
}

interface Waiting<T> {
  readonly change: (fresh: T) => T;
  readonly resolve: (result: SaveResult) => void;
}

export interface FreshUpdates<T> {
  update(change: (fresh: T) => T): Promise<SaveResult>;
  /** Resolves when no update is under way. */
  running(): Promise<void> | undefined;
}

/**
 * Read-modify-write against storage: read, change, and write only if nobody wrote meanwhile, else again with what they wrote.
 * All that wait at the moment of a round go through it together, so 500 increments of one turn are one transaction.
 */
export function freshUpdates<T>(key: Key<T>, path: string, home: Home, target: Target<T>): FreshUpdates<T> {
  let queue: Waiting<T>[] = [];
  let round: Waiting<T>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // The page may end before storage has answered. One that is only hidden goes on.
    const stop = home.ports.lifecycle.listen((event) => {
      if (event === 'freeze') setBlindly([...round.splice(0), ...queue.splice(0)]);
    });
    while (queue.length > 0) {
      round = queue;
      queue = [];
      const hasFresh = await target.whenRead();
      if (hasFresh) await target.flush();
      try {
        if (hasFresh) await home.exclusively(path, attempt);
      } catch {} // storage fails: the change is kept in memory and tried again like any other
      setBlindly(round.splice(0));
    }
    stop();
    running = undefined;
  }

  /** As any change is set: shown, written at the end of the turn, and tried again. */
  function setBlindly(updates: readonly Waiting<T>[]): void {
    for (const { change, resolve } of updates) void target.set(change).then(resolve);
  }

  async function attempt(): Promise<void> {
    while (round.length > 0) {
      const clock = home.tick();
      const entry = await home.driver.get(path);
      if (round.length === 0) return;
      const reading = readEntry(entry?.value, key, home.format, home.ports.now());
      if ('error' in reading) {
        target.adopt(entry?.value, clock);
        for (const { resolve } of round.splice(0)) resolve({ saved: false, error: reading.error });
        return;
      }
      const before = reading.state === 'ready' ? reading.value : target.absent();
      const results: SaveResult[] = [];
      let after = before;
      for (const { change } of round) {
        try {
          after = validate(key, change(after));
          results.push({ saved: true });
        } catch (cause) {
          results.push({ saved: false, error: updaterError(cause, 'update') });
        }
      }
      const isSame = equal(before, after) && !(reading.state === 'ready' && reading.migrated);
      const expiresAtMs = key.lifetimeMs === undefined ? undefined : home.ports.now() + key.lifetimeMs;
      const set = isSame ? undefined : await packSet(home.format, path, { value: after, version: key.version, expiresAtMs });
      if (!set || (await home.commit([set], { checks: [{ key: path, version: entry?.version }] }))) {
        target.adopt(set?.type === 'set' ? set.value : entry?.value, clock);
        round.splice(0).forEach(({ resolve }, index) => {
          resolve(results[index] as SaveResult);
        });
      }
    }
  }

  return {
    update: (change) =>
      new Promise((resolve) => {
        queue.push({ change, resolve });
        running ??= run();
      }),
    running: () => running,
  };
}
