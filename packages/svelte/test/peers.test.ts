// What svelte-persisted-store 0.12 and runed 0.37 do wrong, one or the other, on the page's own localStorage.
import { createStore, type Keys, key, local, type StorageDriver, type Store } from '@holdfast/core';
import { rich } from '@holdfast/core/codecs/rich';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { get } from 'svelte/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { usePersisted } from '../src/index.ts';
import { openApp } from './app.ts';
import { otherTab } from './other-tab.ts';
import Settings from './Settings.svelte';
import { watchedStorage } from './watched-storage.ts';

beforeEach(() => localStorage.clear());
afterEach(() => void vi.restoreAllMocks());

// biome-ignore lint/suspicious/noExplicitAny: keys of any type, which are those of the result
function open<K extends Keys>(keys: K, storage: StorageDriver<any> = local()): Store<K> {
  return createStore<Keys, StorageDriver>({ name: 'peers', storage, keys, onError: () => {} }) as unknown as Store<K>;
}

/** The only entry, as text. */
const raw = (): string | null => localStorage.getItem(localStorage.key(0) ?? '');

/** Sets a key and returns where it is stored. */
async function stored(theme: string): Promise<string> {
  await open({ theme: key('light') }).keys.theme.set(theme);
  return localStorage.key(0) ?? '';
}

test.each(['removes', 'clears'])('check 9: another tab that %s is followed, and nothing is written back', async (how) => {
  const path = await stored('dark');
  const theme = usePersisted(open({ theme: key('light') }).keys.theme);
  const seen: string[] = [];
  theme.subscribe((value) => seen.push(value));
  await tick();
  if (how === 'removes') otherTab(localStorage).removeItem(path);
  else otherTab(localStorage).clear();
  await vi.waitFor(() => expect(seen).toEqual(['dark', 'light']));
  await theme.flush();
  expect(localStorage.length).toBe(0);
});

test('check 10: an event that comes late does not bring its old value', async () => {
  const path = await stored('A');
  const theme = usePersisted(open({ theme: key('light') }).keys.theme);
  theme.subscribe(() => {});
  await theme.set('B');
  dispatchEvent(new StorageEvent('storage', { key: path, newValue: '"A"', storageArea: localStorage }));
  expect(theme.current).toBe('B');
  expect(raw()).toBe('"B"');
});

test('an event of sessionStorage with the same key is not ours', async () => {
  const path = await stored('dark');
  const { storage, reads } = watchedStorage(localStorage);
  const theme = usePersisted(
    open(
      { theme: key('light') },
      webStorage(() => storage),
    ).keys.theme,
  );
  theme.subscribe(() => {});
  await tick();
  const before = reads();
  dispatchEvent(new StorageEvent('storage', { key: path, newValue: '"x"', storageArea: sessionStorage }));
  await tick();
  expect(reads()).toBe(before);
  dispatchEvent(new StorageEvent('storage', { key: path, newValue: '"x"', storageArea: storage }));
  await vi.waitFor(() => expect(reads()).toBeGreaterThan(before));
  expect(theme.current).toBe('dark');
});

test('check 8: on a full disk the new value stays, is not persistent, and nothing throws', async () => {
  const { storage, fill } = watchedStorage(localStorage);
  const state = usePersisted(
    open(
      { n: key(1) },
      webStorage(() => storage),
    ).keys.n,
  );
  fill();
  state.current = 2;
  expect(await state.flush()).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  expect(state).toMatchObject({ current: 2, persistent: false, error: { code: 'QUOTA' } });
});

test('check 6: text that is no value shows the default, is kept, and the status says so', async () => {
  const path = await stored('dark');
  localStorage.setItem(path, '{broken');
  const theme = usePersisted(open({ theme: key('light') }).keys.theme);
  expect(theme).toMatchObject({ current: 'light', status: 'error', error: { code: 'CORRUPT' } });
  await theme.flush();
  expect(localStorage.getItem(path)).toBe('{broken');
});

test('where storage is blocked the value lives in memory', async () => {
  const blocked = vi.spyOn(globalThis, 'localStorage', 'get').mockImplementation(() => {
    throw new DOMException('', 'SecurityError');
  });
  const theme = usePersisted(open({ theme: key('light') }).keys.theme);
  expect(theme.current).toBe('light');
  theme.current = 'dark';
  expect(theme).toMatchObject({ current: 'dark', status: 'ready', persistent: false, capability: 'memory', error: { code: 'DENIED' } });
  blocked.mockRestore();
});

test('all uses of a key in a tab have the same value', async () => {
  const { theme } = open({ theme: key('light') }).keys;
  const [first, second] = [usePersisted(theme), usePersisted(() => theme)];
  first.current = 'dark';
  expect([second.current, get(second), theme.get()]).toEqual(['dark', 'dark', 'dark']);
});

test.each([null, '', 0, false])('%o is a value, not the default', async (value) => {
  const keys = { value: key<unknown>('default') };
  await usePersisted(open(keys).keys.value).set(value);
  expect(usePersisted(open(keys).keys.value).current).toBe(value);
});

test('undefined removes: the value is the default, and nothing is stored', async () => {
  const keys = { theme: key<string | undefined>('light') };
  const theme = usePersisted(open(keys).keys.theme);
  await theme.set('dark');
  await theme.set(undefined);
  expect(theme.current).toBe('light');
  expect(localStorage.length).toBe(0);
});

test('check 13: the default is not written at the start', async () => {
  const { storage, reads, writes } = watchedStorage(localStorage);
  render(Settings, { keys: openApp(webStorage(() => storage)).keys });
  await tick();
  expect(screen.getByRole('status').textContent).toContain('light light ADA');
  expect(reads()).toBe(2);
  expect(writes()).toBe(0);
});

test('check 16: a Date, a Map and a Set are the same before and after a reload', async () => {
  const value = { at: new Date(5), map: new Map([['a', new Set([1n])]]) };
  const keys = { value: key<Partial<typeof value>>({}) };
  const live = usePersisted(open(keys).keys.value);
  await live.set(value);
  expect(live.current).toEqual(value);
  expect(usePersisted(open(keys).keys.value).current).toEqual(value);
});

test('a read parses nothing and is the same object each time', async () => {
  const { storage, reads } = watchedStorage(localStorage);
  const list = usePersisted(
    open(
      { list: key([1]) },
      webStorage(() => storage),
    ).keys.list,
  );
  expect(list.current).toBe(list.current);
  expect(list.current[0]).toBe(1);
  expect(reads()).toBe(1);
});

test('a push is one write; a deleted property is shown and stored', async () => {
  const keys = { list: key<{ items: number[]; extra?: number }>({ items: [1], extra: 1 }) };
  const { storage, writes } = watchedStorage(localStorage);
  const list = usePersisted(
    open(
      keys,
      webStorage(() => storage, { codec: rich }),
    ).keys.list,
  );
  list.current.items.push(2);
  await list.flush();
  expect(writes()).toBe(1);
  delete list.current.extra;
  expect(list.current).toEqual({ items: [1, 2] });
  await list.flush();
  expect(open(keys).keys.list.get()).toEqual({ items: [1, 2] });
});
