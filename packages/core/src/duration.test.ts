import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { milliseconds } from './duration.ts';

test.each([
  [0, 0],
  [1.4, 1],
  [5000, 5000],
  ['500ms', 500],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1m5s', 65_000],
  ['1.5h', 5_400_000],
  ['30d', 2_592_000_000],
  ['2w', 1_209_600_000],
  ['1y', 31_557_600_000],
  ['0s', 0],
])('%j is %d ms', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test.each([
  '',
  ' ',
  '30',
  '30 d',
  'd',
  '1h 30m',
  '-1s',
  '+1s',
  '1e3s',
  '.5h',
  '5.h',
  '1H',
  '30days',
  'Infinity',
  '1h\n',
  '٣s',
  `${'9'.repeat(400)}y`,
])('refuses %j', (duration) => {
  expect(() => milliseconds(duration)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, undefined, null, {}, [], true, 5n])('refuses what is no duration: %s', (duration) => {
  expect(() => milliseconds(duration as number)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('a long text without a unit is refused in linear time', () => {
  const start = performance.now();
  expect(() => milliseconds('1'.repeat(200_000))).toThrow();
  expect(performance.now() - start).toBeLessThan(1000);
});

test('the parts of a text add up', async () => {
  const amount = fc.nat(10_000);
  await fc.assert(
    fc.property(amount, amount, amount, amount, (d, h, m, s) => {
      const sum = milliseconds(`${d}d`) + milliseconds(`${h}h`) + milliseconds(`${m}m`) + milliseconds(`${s}s`);
      return milliseconds(`${d}d${h}h${m}m${s}s`) === sum && milliseconds(sum) === sum;
    }),
    { numRuns: 2000 },
  );
});
