import { expect, test, vi } from 'vitest';
import type { Driver, DriverChange, SharedStorage } from './driver.ts';
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

test('with a watch of its own, what is read is not older than the head from which on changes are told', async () => {
  const shared = memory() as SharedStorage<unknown>;
  let answer = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  // A server that answers the question for the head after it has answered a later read.
  const server: SharedStorage<unknown> = {
    ...shared,
    watch: async () => () => {},
    changes: async (after) => {
      await isAsked;
      return shared.changes(after);
    },
  };
  const driver = followed(server, 'app', createWorld().openTab().ports);
  void driver.watch?.(() => {});
  const reading = driver.get('key');
  await shared.set('key', 'theirs');
  answer();
  expect((await reading)?.value).toBe('theirs');
});

test('law 7: where a connection dies and the first look is answered after a read, what was read is read again', async () => {
  const shared = memory();
  let answer = (): void => {};
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const driver = { ...shared, changes: (after?: number) => late.then(() => shared.changes?.(after)) };
  const told: DriverChange[] = [];
  const tab = followed(driver as never, 'app', createWorld().openTab().ports);
  const watching = tab.watch?.((change) => told.push(change));
  expect(await tab.get('key')).toBeUndefined();
  await shared.commit?.([{ type: 'set', key: 'key', value: 'theirs' }]);
  answer();
  await watching;
  expect(told).toEqual([{ type: 'reset' }]);
});

test('hints of a driver come from its own watch: known commits cost no look, and a gap costs one', async () => {
  const shared = memory() as SharedStorage<unknown>;
  let hint = (_: DriverChange<unknown>): void => {};
  const changes = vi.fn(shared.changes);
  const watch: SharedStorage<unknown>['watch'] = async (listener) => {
    hint = listener;
    return () => {};
  };
  const told: DriverChange[] = [];
  const world = createWorld();
  const driver = followed({ ...shared, changes, watch }, 'app', world.openTab().ports);
  const stop = await driver.watch?.((change) => told.push(change));
  await world.settle();
  changes.mockClear();

  await driver.set('mine', '1');
  hint({ type: 'change', keys: ['mine'], sequence: 1 });
  await world.settle();
  expect(changes).not.toHaveBeenCalled();

  await shared.set('theirs', '2');
  hint({ type: 'reset' });
  await world.settle();
  expect(told).toMatchObject([{ type: 'change', keys: ['theirs'] }]);

  // Lost hints are found by the poll.
  await shared.set('lost', '3');
  await world.advance(3_000);
  expect(told[1]).toMatchObject({ type: 'change', keys: ['lost'] });
  stop?.();
});

test('law 1: a hint with the next number and contents of its own is not believed: storage is asked', async () => {
  const shared = memory() as SharedStorage<unknown>;
  const world = createWorld();
  const [forger, tab] = [world.openTab(), world.openTab()];
  const told: DriverChange[] = [];
  const driver = followed(shared, 'app', tab.ports);
  await driver.watch?.((change) => told.push(change));
  await shared.commit?.([{ type: 'append', key: 'log', value: 'real' }]);
  const bus = forger.ports.openBus?.('holdfast:app:memory') as Bus;
  bus.post({ sequence: 1, keys: [], appended: [{ key: 'log', value: 'forged' }] });
  await world.settle();
  expect(told.flatMap(({ history }) => history?.batches ?? [])).toEqual([{ sequence: 1, key: 'log', value: 'real' }]);
});
