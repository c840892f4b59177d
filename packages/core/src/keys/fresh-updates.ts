import { equal } from '../equal.ts';
import { type SaveResult, updaterError } from '../errors.ts';
import { packSet } from '../record.ts';
import type { Home } from './home.ts';
import type { Key } from './key.ts';
import { readEntry, validate } from './reading.ts';

/** What read-modify-write needs of its cell. */
interface Target<T> {
  /** Resolves to false where storage cannot be read: then there is nothing fresh. */
  whenRead(): Promise<boolean>;
  flush(): Promise<SaveResult>;
  set(change: (previous: T) => T): Promise<SaveResult>;
  adopt(raw: unknown, clock: number): void;
}

interface Waiting<T> {
  readonly change: (fresh: T) => T;
  readonly resolve: (result: SaveResult) => void;
}

/**
 * Read-modify-write against storage: read, change, and write only if nobody wrote meanwhile, else again with what they wrote.
 * All that wait at the moment of a round go through it together, so 500 increments of one turn are one transaction.
 */
export function freshUpdates<T>(
  key: Key<T>,
  path: string,
  home: Home,
  target: Target<T>,
): (change: (fresh: T) => T) => Promise<SaveResult> {
  let queue: Waiting<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (queue.length > 0) {
      const round = queue;
      queue = [];
      if (!(await target.whenRead())) {
        for (const { change, resolve } of round) void target.set(change).then(resolve);
        continue;
      }
      await target.flush();
      try {
        await home.exclusively(path, () => attempt(round));
      } catch {
        // Storage fails: the change is kept in memory and tried again like any other.
        for (const { change, resolve } of round) void target.set(change).then(resolve);
      }
    }
    isRunning = false;
  }

  async function attempt(round: readonly Waiting<T>[]): Promise<void> {
    for (;;) {
      const clock = home.tick();
      const entry = await home.driver.get(path);
      const reading = readEntry(entry?.value, key, home.format, home.ports.now());
      if ('error' in reading) {
        target.adopt(entry?.value, clock);
        for (const { resolve } of round) resolve({ saved: false, error: reading.error });
        return;
      }
      const before = reading.state === 'ready' ? reading.value : key.initial;
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
      const isSame = equal(before, after) && reading.state === 'ready' && !reading.migrated;
      const expiresAtMs = key.lifetimeMs === undefined ? undefined : home.ports.now() + key.lifetimeMs;
      const set = isSame ? undefined : await packSet(home.format, path, { value: after, version: key.version, expiresAtMs });
      if (!set || (await home.commit([set], [{ key: path, version: entry?.version }]))) {
        target.adopt(set?.type === 'set' ? set.value : entry?.value, clock);
        round.forEach(({ resolve }, index) => {
          resolve(results[index] as SaveResult);
        });
        return;
      }
    }
  }

  return (change) =>
    new Promise((resolve) => {
      queue.push({ change, resolve });
      if (!isRunning) void run();
    });
}
