import type { Line } from './group.ts';

const STEPS = [
  { below: 0.001, times: 1e6, unit: 'ns' },
  { below: 1, times: 1e3, unit: 'µs' },
  { below: 1000, times: 1, unit: 'ms' },
  { below: Number.POSITIVE_INFINITY, times: 1e-3, unit: 's' },
];

export function unitOf(line: Line<unknown>): string {
  return line.kind === 'scene' ? line.unit : line.kind;
}

/** An amount in milliseconds, or in bytes on a line of bytes. */
export function formatAmount(amount: number, kind: string): string {
  if (kind === 'bytes') return amount < 100_000 ? `${amount} B` : `${(amount / 1e6).toFixed(1)} MB`;
  const { times, unit } = STEPS.find(({ below }) => amount < below) ?? { times: 1, unit: 'ms' };
  return `${threeDigits(amount * times)} ${unit}`;
}

export function formatRatio(ratio: number): string {
  return `${ratio < 1 ? ratio.toFixed(2) : threeDigits(ratio)}×`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 3 : 2);
}
