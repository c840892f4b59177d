import { expect, test } from 'vitest';
import { pacer, runInSlices, SLICE_MS } from './steps.ts';

function slow(): { now(): number; pause(): Promise<void>; delay(): () => void; pauses(): number } {
  let nowMs = 0;
  let pauses = 0;
  return {
    now: () => nowMs++,
    async pause() {
      pauses++;
    },
    delay: () => () => {},
    pauses: () => pauses,
  };
}

test('a pacer makes a pause only when its slice is over', async () => {
  const ports = slow();
  const pace = pacer(ports);
  for (let step = 0; step < 10 * SLICE_MS; step++) await pace();
  expect(ports.pauses()).toBeGreaterThan(5);
  expect(ports.pauses()).toBeLessThanOrEqual(10);
});

test('work in slices goes on after each pause, and not after it was cancelled', async () => {
  const ports = slow();
  let done = 0;
  function* work(): Generator<undefined, void> {
    for (; done < 100; done++) yield;
  }
  const ended = new Promise<void>((resolve) => runInSlices(work(), SLICE_MS, ports, () => resolve()));
  expect(done).toBeLessThan(100);
  await ended;
  expect(done).toBe(100);
  expect(ports.pauses()).toBeGreaterThan(5);

  done = 0;
  let isEnded = false;
  const cancel = runInSlices(work(), SLICE_MS, slow(), () => {
    isEnded = true;
  });
  cancel();
  await Promise.resolve().then(() => {});
  expect(isEnded).toBe(false);
  expect(done).toBeLessThan(100);
});
