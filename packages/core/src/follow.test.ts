import { expect, test } from 'vitest';
import { memory } from './drivers/memory.ts';
import { followed } from './follow.ts';
import type { Bus, Ports } from './ports.ts';
import { createWorld } from './testing/index.ts';

test('lets go of its channel, its poll and its page events also when the first look failed', async () => {
  const open = new Set<unknown>();
  const { ports } = createWorld().openTab();
  const track = (release: () => void): (() => void) => {
    open.add(release);
    return () => {
      open.delete(release);
      release();
    };
  };
  const watched: Ports = {
    ...ports,
    delay: (work, ms) => track(ports.delay(work, ms)),
    lifecycle: { ...ports.lifecycle, listen: (listener) => track(ports.lifecycle.listen(listener)) },
    openBus(name) {
      const bus = ports.openBus?.(name) as Bus;
      bus.close = track(bus.close);
      return bus;
    },
  };
  const driver = { ...memory(), changes: () => Promise.reject(new Error('denied')) };
  const stop = await followed(driver as never, 'app', watched).watch?.(() => {});
  expect(open.size).toBe(3);
  stop?.();
  expect(open.size).toBe(0);
});
