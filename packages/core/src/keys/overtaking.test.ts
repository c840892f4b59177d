import { describe, expect, test, vi } from 'vitest';
import { fakeStorage } from '../../test/fake-storage.ts';
import { json } from '../codecs/json.ts';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { webStorage } from '../drivers/web-storage.ts';
import { encodePath } from '../key-path.ts';
import { createStore } from '../store.ts';
import { createWorld, type FaultDriver, faultDriver } from '../testing/index.ts';
import { type Key, key } from './key.ts';

const storages: [string, () => StorageDriver][] = [
  ['a storage with a log', memory],
  ['web storage', () => webStorage(fakeStorage) as StorageDriver],
];

const v1 = key('');
const v2 = key('', { version: 2, migrate: { 2: (old: string) => `${old} of 2` } });

/** Tabs that hear nothing of each other, each with a build of its own. */
function deafTabs<const K extends readonly Key<string>[]>(driver: StorageDriver, ...builds: K) {
  const world = createWorld();
  world.setBus('drop');
  const tabs = builds.map((text) => {
    const tab = world.openTab();
    const faults: FaultDriver = faultDriver(driver);
    const errors: string[] = [];
    const store = createStore({
      name: 'test',
      storage: faults.driver,
      keys: { text, other: key(0) },
      ports: tab.ports,
      onError: ({ code }) => errors.push(code),
    });
    return { ...store.keys, tab, faults, errors };
  });
  const stored = async (): Promise<unknown> => (await driver.get(encodePath(['test', 'text'])))?.value;
  return { world, tabs, stored };
}

describe.each(storages)('%s', (_, storage) => {
  test('law 5: an older build that has not heard of it does not write over newer data', async () => {
    const { world, tabs, stored } = deafTabs(storage(), v1, v2);
    const [older, newer] = tabs;
    await Promise.all([older!.text.ready, newer!.text.ready]);
    await newer!.text.set('new');
    const before = await stored();
    expect(await older!.text.set('lost')).toMatchObject({ saved: false, error: { code: 'NEWER_DATA' } });
    expect(older!.text.status.get().state).toBe('read-only');
    expect(older!.errors).toEqual(['NEWER_DATA']);
    await world.advance(60_000);
    expect(await stored()).toEqual(before);
    expect(newer!.text.get()).toBe('new');
    expect(await older!.other.set(1)).toEqual({ saved: true });
  });

  test('law 7: what is set last comes last, also where nobody has heard of what was set before', async () => {
    const { world, tabs } = deafTabs(storage(), v1, v1);
    const [a, b] = tabs;
    await Promise.all([a!.text.ready, b!.text.ready]);
    await a!.text.set('first');
    expect(await b!.text.set('second')).toEqual({ saved: true });
    await world.advance(10_000);
    expect([a!.text.get(), b!.text.get()]).toEqual(['second', 'second']);
    expect(b!.errors).toEqual([]);
  });

  test('a write that storage has refused does not win over what another tab has written since', async () => {
    const { world, tabs, stored } = deafTabs(storage(), v1, v1);
    const [a, b] = tabs;
    await Promise.all([a!.text.ready, b!.text.ready]);
    a!.faults.failAll('QUOTA');
    expect(await a!.text.set('refused')).toMatchObject({ saved: false });
    await b!.text.set('later');
    a!.faults.heal();
    await world.advance(60_000);
    expect([a!.text.get(), b!.text.get()]).toEqual(['later', 'later']);
    expect(JSON.stringify(await stored())).toContain('later');
    expect(a!.text.status.get()).toMatchObject({ state: 'ready', persistent: true, pending: false });
  });

  test('what is set again after it was refused comes last', async () => {
    const { world, tabs } = deafTabs(storage(), v1, v1);
    const [a, b] = tabs;
    await Promise.all([a!.text.ready, b!.text.ready]);
    a!.faults.failAll('QUOTA');
    await a!.text.set('refused');
    await b!.text.set('later');
    const saved = a!.text.set('last');
    a!.faults.heal();
    await world.advance(60_000);
    await saved;
    expect([a!.text.get(), b!.text.get()]).toEqual(['last', 'last']);
  });
});

test('a page that leaves writes without any condition, also once more what waits for one', async () => {
  const driver = memory();
  const calls: { value: unknown; isConditional: boolean }[] = [];
  const inner = driver.commit!;
  let answer: (() => void) | undefined;
  driver.commit = async (operations, options) => {
    calls.push({ value: (operations[0] as { value?: unknown }).value, isConditional: options?.untouched !== undefined });
    if (calls.length === 1)
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    return inner(operations, options);
  };
  const { world, tabs } = deafTabs(driver, v1);
  const { text, tab } = tabs[0]!;
  await text.ready;
  const first = text.set('first');
  await world.settle();
  tab.leave();
  void text.set('second');
  expect(calls.slice(0, 1)).toEqual([{ value: 'first', isConditional: true }]);
  expect(calls.slice(1)).toEqual([
    { value: 'first', isConditional: false },
    { value: 'second', isConditional: false },
  ]);
  answer?.();
  tab.show();
  expect(await first).toEqual({ saved: true });
  await world.advance(10_000);
  expect(text.get()).toBe('second');
  expect((await driver.get(encodePath(['test', 'text'])))?.value).toBe('second');
});

test('what was read, or written by this tab, is not decoded again before the next write; what others wrote is', async () => {
  const area = fakeStorage();
  const decode = vi.fn(json.decode);
  const storage = webStorage(() => area, { codec: { ...json, decode } });
  const { text } = createStore({ name: 'test', storage, keys: { text: key('') } }).keys;
  await text.set('a');
  await text.set('b');
  await text.reset();
  await text.set('c');
  expect(decode).not.toHaveBeenCalled();
  area.setItem(encodePath(['test', 'text']), '"theirs"');
  expect(await text.set('d')).toEqual({ saved: true });
  expect(decode).toHaveBeenCalledTimes(1);
});
