/** Commits that a program may cause in a row, and the time after which it may cause one more. */
const BURST = 100;
const PAUSE_MS = 5;

/** How often a program that never yields may commit. */
export interface Pace {
  isAllowed(): boolean;
  spend(): void;
  /** Everything is stored. */
  refill(): void;
}

/**
 * Transactions that are queued faster than this drain in quadratic time: 10 000 at once take 7 s, with pauses of 5 ms they are
 * done when the program is.
 */
export function createPace(now: () => number): Pace {
  let left = BURST;
  let last = now();
  return {
    isAllowed() {
      left = Math.min(BURST, left + (now() - last) / PAUSE_MS);
      last = now();
      return left >= 1;
    },
    spend() {
      left -= 1;
    },
    refill() {
      left = BURST;
    },
  };
}
