import { backoff } from '../backoff.ts';
import type { DriverChange } from '../driver.ts';
import type { Ports } from '../ports.ts';
import type { Loader, Snapshot } from './loader.ts';

/** Keeps the tree of a tab that may not write as storage has it. */
export interface Follower {
  onChange(change: DriverChange): void;
  /** Resolves once the tree is as storage is now. Does not give up. */
  catchUp(): Promise<void>;
  close(): void;
}

export function createFollower(loader: Loader, ports: Ports, apply: (snapshot: Snapshot) => void): Follower {
  const keys = new Set<string>();
  let isAll = false;
  let isReading = false;
  let waiting: (() => void)[] = [];
  const retry = backoff(ports, () => void read());

  /** However much changes meanwhile, one more reading answers it all. */
  async function read(): Promise<void> {
    if (isReading) return;
    isReading = true;
    try {
      while (isAll || keys.size > 0) {
        const [asked, all] = [[...keys], isAll];
        keys.clear();
        isAll = false;
        apply(all ? await loader.readAll() : await loader.read(asked));
      }
      retry.reset();
      const done = waiting;
      waiting = [];
      for (const resolve of done) resolve();
    } catch {
      // What was asked for is not known any more: everything is.
      isAll = true;
      retry.plan();
    } finally {
      isReading = false;
    }
  }

  return {
    onChange(change) {
      if (change.type === 'reset') isAll = true;
      else for (const key of change.keys) keys.add(key);
      void read();
    },
    catchUp() {
      isAll = true;
      const caughtUp = new Promise<void>((resolve) => waiting.push(resolve));
      void read();
      return caughtUp;
    },
    close: retry.reset,
  };
}
