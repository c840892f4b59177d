import type { Driver, DriverChange } from '../driver.ts';
import { storageError } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** All that is known to have changed in a driver: by others, where it tells, and by us. */
export interface Changes {
  /** We have written these paths. */
  tell(paths: readonly string[]): void;
  /** Resolves when nothing is missed any more. Returns the function that ends it. */
  listen(listener: (change: DriverChange) => void): Promise<() => void>;
  close(): void;
}

/** One watch of the driver, however many listen: it begins with the first and ends with the last. */
export function changesOf(driver: Driver<unknown>, { report: reportError }: Pick<Ports, 'report'>): Changes {
  const listeners = new Set<(change: DriverChange) => void>();
  let watching: Promise<(() => void) | undefined> | undefined;

  function report(change: DriverChange): void {
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        reportError(error); // a write that is told of has taken place
      }
    }
  }

  function stopWatching(): void {
    watching?.then((stop) => stop?.()).catch(() => {}); // whoever waits for the beginning hears of it
    watching = undefined;
  }

  return {
    close() {
      listeners.clear();
      stopWatching();
    },
    tell(keys) {
      if (listeners.size > 0) report({ type: 'change', keys });
    },
    async listen(listener) {
      const own = (change: DriverChange): void => listener(change);
      const stop = (): void => {
        if (listeners.delete(own) && listeners.size === 0) stopWatching();
      };
      listeners.add(own);
      watching ??= Promise.resolve(driver.watch?.(report));
      try {
        await watching;
      } catch (error) {
        stop();
        throw storageError(error, 'watch');
      }
      return stop;
    },
  };
}
