import { StoreError } from './errors.ts';

/** Milliseconds, or text such as `500ms`, `30s`, `1h30m`, `30d`. Units: `ms s m h d w y` (a year is 365.25 days). */
export type Duration = number | string;

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_557_600_000,
};

/** Milliseconds of a duration. @throws {StoreError} `INVALID_ARGUMENT` for anything else: a typing error must not mean "never". */
export function milliseconds(duration: Duration): number {
  let total = 0;
  if (typeof duration === 'number') total = duration;
  else if (/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(duration))
    for (const [, amount, unit] of duration.matchAll(/([\d.]+)([a-z]+)/g))
      total += Number(amount) * (MILLISECONDS[unit as string] as number);
  else total = Number.NaN;
  if (!(total >= 0 && total < Number.POSITIVE_INFINITY))
    throw new StoreError(
      'INVALID_ARGUMENT',
      `Cannot read the duration "${duration}". Write milliseconds, or text such as "500ms", "1h30m", "30d"`,
    );
  return Math.round(total);
}
