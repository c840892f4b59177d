import type { StorageDriver } from '../driver.ts';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { Ports } from '../ports.ts';

/** A driver whose calls can be made to fail or to wait, around one that works. */
export interface FaultDriver {
  readonly driver: StorageDriver;
  /** Calls so far of the methods that reach storage. */
  calls(): number;
  /** The call with this number, counted from 1 since the last `restart`, fails; with `takesEffect`, once it has done its work: only the answer is lost. */
  failCall(number: number, code?: StoreErrorCode, options?: { takesEffect?: boolean }): void;
  /** All calls fail with this code, until `heal`. */
  failAll(code: StoreErrorCode): void;
  heal(): void;
  /** Calls wait until `release`. */
  hold(): void;
  release(): void;
  restart(): void;
}

const METHODS = ['get', 'set', 'delete', 'commit', 'changes'] as const;

/** Wraps a driver for tests: the Nth call fails, all fail, or all wait. */
export function faultDriver(inner: StorageDriver): FaultDriver {
  let count = 0;
  let failing: { number?: number; code: StoreErrorCode; takesEffect?: boolean | undefined } | undefined;
  let gate: Promise<void> | undefined;
  let open = (): void => {};

  function fault(): StoreError | undefined {
    count++;
    return failing && (failing.number === undefined || failing.number === count)
      ? new StoreError(failing.code, 'Cannot reach the storage: a test makes it fail')
      : undefined;
  }

  // biome-ignore lint/suspicious/noExplicitAny: wraps methods of any shape
  function wrap(driver: StorageDriver, method: (typeof METHODS)[number]): any {
    const original = driver[method] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    return original
      ? async (...args: unknown[]) => {
          const error = fault();
          if (gate !== undefined) await gate;
          if (error && !failing?.takesEffect) throw error;
          const result = await original(...args);
          if (error) throw error;
          return result;
        }
      : undefined;
  }

  function wrapDriver(driver: StorageDriver): StorageDriver {
    const { getSync } = driver;
    const methods = METHODS.map((method) => [method, wrap(driver, method)]);
    return {
      ...driver,
      ...Object.fromEntries(methods.filter(([, wrapped]) => wrapped)),
      async *list(range) {
        const error = fault();
        if (gate !== undefined) await gate;
        if (error) throw error;
        yield* driver.list(range);
      },
      ...(driver.named ? { named: (store: string, ports: Ports) => wrapDriver(driver.named?.(store, ports) ?? driver) } : {}),
      ...(getSync
        ? {
            getSync(key: string) {
              const error = fault();
              if (error) throw error;
              return getSync(key);
            },
          }
        : {}),
    };
  }

  return {
    driver: wrapDriver(inner),
    calls: () => count,
    failCall(number, code = 'UNAVAILABLE', { takesEffect } = {}) {
      failing = { number, code, takesEffect };
    },
    failAll(code) {
      failing = { code };
    },
    heal() {
      failing = undefined;
    },
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release() {
      gate = undefined;
      open();
    },
    restart() {
      count = 0;
    },
  };
}
