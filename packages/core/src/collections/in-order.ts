import type { StoreError } from '../errors.ts';

/** Takes over one event after the other; what must wait holds up those behind it. Closed to begin with. */
export interface InOrder {
  /** Nothing waits, and nothing is being taken over. */
  isIdle(): boolean;
  take(event: () => void | Promise<void>): Promise<void>;
  /** Events wait from now on. */
  hold(): void;
  /** Events are taken over, those that wait first. */
  release(): void;
  /** Resolves when nothing waits any more. Rejects where it would wait for what has failed. */
  caughtUp(): Promise<void>;
  /** Events wait until it is released, but nobody waits for them. */
  fail(error: StoreError): void;
  /** Nothing is taken over any more. */
  close(): void;
}

/** @param failed One could not be taken over; the others wait until it is released. */
export function inOrder(failed: (reason: unknown) => void): InOrder {
  const events: (() => void | Promise<void>)[] = [];
  const waiting: ((error?: StoreError) => void)[] = [];
  let isHeld = true;
  let isClosed = false;
  let failure: StoreError | undefined;

  async function run(): Promise<void> {
    if (isHeld) return;
    isHeld = true;
    try {
      while (events.length > 0 && !isClosed) await events.shift()?.();
      isHeld = false;
      endWait();
    } catch (error) {
      failed(error);
    }
  }

  function endWait(error?: StoreError): void {
    for (const end of waiting.splice(0)) end(error);
  }

  return {
    isIdle: () => !isHeld,
    take(event) {
      events.push(event);
      return run();
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      failure = undefined;
      void run();
    },
    caughtUp() {
      return new Promise((resolve, reject) => {
        waiting.push((error) => (error ? reject(error) : resolve()));
        if (failure || isClosed) endWait(failure);
        else void run();
      });
    },
    fail(error) {
      failure = error;
      endWait(error);
    },
    close() {
      isClosed = true;
      endWait();
    },
  };
}
