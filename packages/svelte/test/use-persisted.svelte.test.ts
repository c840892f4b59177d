import { field, memory, type Persisted } from '@holdfast/core';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { faultDriver } from '@holdfast/core/testing';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { flushSync, tick } from 'svelte';
import { fromStore, get } from 'svelte/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { getStoreContext, setDefaultStore, setStoreContext, usePersisted } from '../src/index.ts';
import { openApp } from './app.ts';
import Legacy from './Legacy.svelte';
import Named from './Named.svelte';
import Panel from './Panel.svelte';
import Provider from './Provider.svelte';

beforeEach(() => localStorage.clear());
afterEach(() => setDefaultStore(undefined as never));

const shown = (): string => screen.getByRole('status').textContent ?? '';
const click = (name: string): Promise<boolean> => fireEvent.click(screen.getByRole('button', { name }));

test('the store contract: subscribe calls at once, then after each change, and never after its end', async () => {
  const { count } = openApp().keys;
  const state = usePersisted(count);
  const seen: number[] = [];
  const unsubscribe = state.subscribe((value) => seen.push(value));
  expect(seen).toEqual([0]);
  await state.set(1);
  await state.set(1);
  await state.update((n) => n + 1);
  expect(seen).toEqual([0, 1, 2]);
  unsubscribe();
  await state.set(9);
  expect(seen).toEqual([0, 1, 2]);
});

test('the same object is a store and `current`: both show and set the same value', () => {
  const state = usePersisted(openApp().keys.theme);
  state.current = 'dark';
  expect([state.current, get(state), fromStore(state).current]).toEqual(['dark', 'dark', 'dark']);
  void state.set('light');
  expect([state.current, get(state)]).toEqual(['light', 'light']);
});

test('one key is one object', () => {
  const { keys } = openApp();
  expect(usePersisted(keys.theme)).toBe(usePersisted(keys.theme));
  expect(usePersisted(keys.settings, 'user.name')).toBe(usePersisted(field(keys.settings, 'user.name')));
});

test('methods can be passed unbound', async () => {
  const state = usePersisted(openApp().keys.count);
  const { set, update, subscribe, reset, flush, retry } = state;
  await set(1);
  await update((n) => n + 1);
  let seen = 0;
  subscribe((value) => {
    seen = value;
  })();
  expect(seen).toBe(2);
  expect(await flush()).toEqual({ saved: true });
  expect(await retry()).toEqual({ saved: true });
  await reset();
  expect(state.current).toBe(0);
});

test('check 8: set says whether it is saved; a failed one stays, is not persistent, and is saved by retry', async () => {
  const faults = faultDriver(memory());
  const state = usePersisted(openApp(faults.driver).keys.count);
  await state.ready;
  expect(state).toMatchObject({ status: 'ready', error: undefined, pending: false, persistent: true, capability: 'memory' });
  faults.failAll('QUOTA');
  const result = await state.set(5);
  expect(result).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
  expect(state).toMatchObject({ current: 5, persistent: false, error: { code: 'QUOTA' } });
  faults.heal();
  expect(await state.retry()).toEqual({ saved: true });
  expect(state).toMatchObject({ current: 5, persistent: true, error: undefined });
});

test('an updater that throws throws nowhere and changes nothing', async () => {
  const state = usePersisted(openApp().keys.count);
  const result = await state.update(() => {
    throw new Error('no');
  });
  expect(result).toMatchObject({ saved: false, error: { code: 'INVALID_ARGUMENT' } });
  expect(state.current).toBe(0);
});

test('components without runes use it as they use any store', async () => {
  const { keys } = openApp();
  render(Legacy, { keys });
  expect(shown()).toBe('0 0 Ada');
  await click('add');
  await click('update');
  expect(shown()).toBe('2 4 Ada');
  await fireEvent.input(screen.getByLabelText('name'), { target: { value: 'Grace' } });
  expect(shown()).toBe('2 4 Grace');
  // No page ends before the microtasks of its last turn have run.
  await new Promise((resolve) => setTimeout(resolve));
  const reloaded = openApp().keys;
  expect(reloaded.count.get()).toBe(2);
  expect(reloaded.settings.get().user).toEqual({ name: 'Grace' });
});

test('a name is looked up in the nearest context, else in the default store', async () => {
  render(Provider, { store: openApp() });
  expect(shown()).toBe('app light Ada light');
  await click('dark');
  expect(shown()).toBe('app dark Ada 0');
});

test('with a default store a name needs no component', () => {
  setDefaultStore(openApp());
  const theme = usePersisted('theme');
  theme.current = 'dark';
  expect(getStoreContext().keys.theme.get()).toBe('dark');
  render(Named);
  expect(shown()).toBe('app dark Ada 0');
});

test('a name without a store is an error that says what to write', () => {
  expect(() => usePersisted('theme')).toThrow(/setStoreContext\(store\).*setDefaultStore\(store\).*NO_STORE/);
  expect(() => getStoreContext()).toThrow(/NO_STORE/);
  expect(() => usePersisted(() => 'theme' as const)).toThrow(/NO_STORE/);
});

test('check 22: a name that the store does not have is an error with the nearest one', () => {
  setDefaultStore(openApp());
  expect(() => usePersisted('themes' as 'theme')).toThrow(/themes.*Did you mean "theme"/);
});

test('setStoreContext gives the store back', () => {
  expect(() => setStoreContext(openApp())).toThrow(/lifecycle_outside_component/);
});

/** Counts the listeners of each panel. */
function panels(): { find(id: string): Persisted<'open' | 'closed'>; listeners: Record<string, number> } {
  const { keys } = openApp();
  const listeners: Record<string, number> = {};
  const found = new Map<string, Persisted<'open' | 'closed'>>();
  function counted(id: string, subscribe: Persisted<unknown>['subscribe']): Persisted<unknown>['subscribe'] {
    return (listener) => {
      const unsubscribe = subscribe(listener);
      listeners[id] = (listeners[id] ?? 0) + 1;
      return () => {
        listeners[id] = (listeners[id] ?? 0) - 1;
        unsubscribe();
      };
    };
  }
  return {
    listeners,
    find(id) {
      const panel = keys.panel(id);
      if (!found.has(id)) {
        const status = { ...panel.status, subscribe: counted(id, panel.status.subscribe) };
        found.set(id, Object.create(panel, { subscribe: { value: counted(id, panel.subscribe) }, status: { value: status } }));
      }
      return found.get(id) as Persisted<'open' | 'closed'>;
    },
  };
}

test('another argument of a family shows its value at once and leaves no listener', async () => {
  const { find, listeners } = panels();
  await find('right').set('closed');
  const { rerender, unmount } = render(Panel, { find, id: 'left' });
  expect(shown()).toBe('left open open false');
  expect(listeners).toEqual({ left: 3 });
  await rerender({ id: 'right' });
  expect(shown()).toBe('right closed closed false');
  expect(listeners).toEqual({ left: 0, right: 3 });
  await click('current');
  await vi.waitFor(() => expect(shown()).toBe('right open open false'));
  await click('$');
  await vi.waitFor(() => expect(shown()).toBe('right closed closed false'));
  await click('reset');
  await vi.waitFor(() => expect(shown()).toBe('right open open false'));
  expect(find('left').get()).toBe('open');
  unmount();
  await tick();
  expect(listeners).toEqual({ left: 0, right: 0 });
});

test('who has unsubscribed does not follow another argument', () => {
  const { find, listeners } = panels();
  let id = $state('left');
  const unsubscribe = usePersisted(() => find(id)).subscribe(() => {});
  unsubscribe();
  id = 'right';
  flushSync();
  expect(listeners).toEqual({ left: 0 });
});

test('a read outside of effects subscribes to nothing', () => {
  const { find, listeners } = panels();
  const state = usePersisted(() => find('a'));
  expect(state.current).toBe('open');
  expect(state.status).toBe('ready');
  expect(listeners).toEqual({});
});

test('check 12: an effect that reads a part of the status runs when it changes, one that reads the value does not', async () => {
  const state = usePersisted(openApp(memory()).keys.count);
  await state.ready;
  const pending: boolean[] = [];
  const values: number[] = [];
  const stop = effectRoot(
    () => pending.push(state.pending),
    () => values.push(state.current),
  );
  const saved = state.set(1);
  flushSync();
  await saved;
  flushSync();
  stop();
  expect(pending).toEqual([false, true, false]);
  expect(values).toEqual([0, 1]);
});

function effectRoot(...effects: (() => unknown)[]): () => void {
  return $effect.root(() => {
    for (const effect of effects) {
      $effect.pre(() => {
        effect();
      });
    }
  });
}

test('a first read within a derived changes no state there', () => {
  const state = usePersisted(openApp().keys.theme);
  let seen = '';
  const stop = $effect.root(() => {
    const both = $derived(`${state.status} ${state.current} ${state.persistent}`);
    $effect.pre(() => {
      seen = both;
    });
  });
  flushSync();
  stop();
  expect(seen).toBe('ready light true');
});

test('check 5: what cannot be read shows the default and says so, once', async () => {
  const broken = vi.fn(() => {
    throw new Error('broken');
  });
  const storage = webStorage(() => ({ ...localStorage, getItem: broken }) as unknown as Storage);
  const state = usePersisted(openApp(storage).keys.count);
  const seen: unknown[] = [];
  const stop = effectRoot(() => seen.push([state.current, state.status, state.error?.code]));
  for (let round = 0; round < 5; round++) {
    flushSync();
    void state.current;
    await tick();
  }
  stop();
  expect(seen).toEqual([[0, 'error', 'UNAVAILABLE']]);
  expect(broken).toHaveBeenCalledTimes(1);
});
