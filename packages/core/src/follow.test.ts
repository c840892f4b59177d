import { expect, test, vi } from 'vitest';
import type { Driver, DriverChange } from './driver.ts';
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

test('a commit is placed at once, or the watch tells of it in its place between those of others', async () => {
  const shared = memory();
  const tab = createWorld().openTab();
  const told: DriverChange[] = [];
  const driver = followed(shared as never, 'app', tab.ports) as Driver<unknown>;
  await driver.watch?.((change) => told.push(change));
  const placed: number[] = [];
  const append = (value: string) => [{ type: 'append', key: 'log', value } as const];
  const commit = (value: string) => driver.commit?.(append(value), { placed: (sequence) => placed.push(sequence) });

  await commit('mine');
  expect(placed).toEqual([1]);
  expect(told).toEqual([]);

  await shared.commit?.(append('theirs'));
  await commit('mine again');
  expect(placed).toEqual([1]);
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]?.history?.batches.map(({ value }) => value)).toEqual(['theirs', 'mine again']);
  expect(told[0]?.history?.after).toBe(1);

  await commit('next');
  expect(placed).toEqual([1, 4]);
});

test('a commit whose keys were touched ends after the watch has told by what', async () => {
  const shared = memory();
  const told: DriverChange[] = [];
  const driver = followed(shared as never, 'app', createWorld().openTab().ports) as Driver<unknown>;
  await driver.watch?.((change) => told.push(change));
  await shared.set('key', 'theirs');

  expect(await driver.commit?.([{ type: 'set', key: 'key', value: 'mine' }], { untouched: { keys: ['key'], after: 0 } })).toBe(undefined);
  expect(told).toMatchObject([{ keys: ['key'] }]);
});
