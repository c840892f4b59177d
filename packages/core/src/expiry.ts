import type { Ports } from './ports.ts';

/** Timers hold 31 bits: about 25 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export interface Expiry {
  /** Plans the end for this moment, in place of an earlier plan. `undefined`: never. */
  at(atMs: number | undefined): void;
}

/** Calls `expired` once the clock has reached a moment, however far away that is. */
export function expiry({ now, delay }: Ports, expired: () => void): Expiry {
  let cancel = (): void => {};

  function at(atMs: number | undefined): void {
    cancel();
    if (atMs === undefined) return;
    const leftMs = Math.max(0, atMs - now());
    cancel = leftMs > LONGEST_DELAY_MS ? delay(() => at(atMs), LONGEST_DELAY_MS) : delay(expired, leftMs);
  }

  return { at };
}
