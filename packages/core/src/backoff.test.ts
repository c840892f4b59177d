import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('a clock that is set back puts no try off', () => {
  let nowMs = 7_200_000;
  let waitMs = 0;
  const tries = backoff(
    {
      now: () => nowMs,
      delay(_work, ms) {
        waitMs = ms;
        return () => {};
      },
    },
    () => {},
  );
  tries.plan();
  nowMs -= 3_600_000;
  tries.soon();
  expect(waitMs).toBeLessThanOrEqual(1_000);
});
