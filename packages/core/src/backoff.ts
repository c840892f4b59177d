import type { Ports } from './ports.ts';

/** Tries again after 1, 2, 4 … 30 s: failures that come in floods cause no flood of tries. */
export interface Backoff {
  /** Plans the next try, unless one is planned. */
  plan(): void;
  /** There is something new to try: brings the next try forward to 1 s after the last one. */
  soon(): void;
  /** Tries now, if a try is planned. */
  hurry(): void;
  /** It worked: the next failure waits 1 s again. */
  reset(): void;
  isWaiting(): boolean;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

export function backoff({ now, delay }: Pick<Ports, 'now' | 'delay'>, attempt: () => void): Backoff {
  let waitMs = FIRST_MS;
  let plannedAt = 0;
  let cancel: (() => void) | undefined;

  function stop(): void {
    cancel?.();
    cancel = undefined;
  }

  function run(): void {
    stop();
    attempt();
  }

  return {
    plan() {
      if (cancel) return;
      plannedAt = now();
      cancel = delay(run, waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_MS);
    },
    soon() {
      if (!cancel) return;
      stop();
      // A clock that was set back must not put it off.
      cancel = delay(run, Math.min(FIRST_MS, Math.max(0, plannedAt + FIRST_MS - now())));
    },
    hurry() {
      if (cancel) run();
    },
    reset() {
      stop();
      waitMs = FIRST_MS;
    },
    isWaiting: () => cancel !== undefined,
  };
}
