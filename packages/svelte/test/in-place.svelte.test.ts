import { memory, StoreError } from '@holdfast/core';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { flushSync, tick } from 'svelte';
import { get } from 'svelte/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { usePersisted } from '../src/index.ts';
import { type App, openApp } from './app.ts';
import Settings from './Settings.svelte';
import Todos from './Todos.svelte';

const warnings = vi.fn();
beforeEach(() => {
  localStorage.clear();
  vi.spyOn(console, 'warn').mockImplementation(warnings);
});
// Svelte warns of a binding to what it does not see change.
afterEach(() => expect(warnings).not.toHaveBeenCalled());

const shown = (): string => screen.getByRole('status').textContent ?? '';
const click = (name: string): Promise<boolean> => fireEvent.click(screen.getByRole('button', { name }));
const type = (label: string, value: string): Promise<boolean> => fireEvent.input(screen.getByLabelText(label), { target: { value } });
const inputs = (): string[] =>
  ['theme', '$theme', 'deep', '$deep', 'path'].map((label) => (screen.getByLabelText(label) as HTMLInputElement).value);

/** What a reload would show: no page ends before the microtasks of its last turn have run. */
async function reloaded(): Promise<App['keys']> {
  await new Promise((resolve) => setTimeout(resolve));
  return openApp().keys;
}

test.each(['theme', '$theme'])('bind:value of %s writes, and every other reader follows', async (label) => {
  render(Settings, openApp());
  await type(label, 'dark');
  expect(inputs().slice(0, 2)).toEqual(['dark', 'dark']);
  expect(shown()).toMatch(/^dark dark/);
  expect((await reloaded()).theme.get()).toBe('dark');
});

test.each(['deep', '$deep', 'path'])('bind:value of a %s property writes it, and every other reader follows', async (label) => {
  const { keys } = openApp();
  await keys.settings.set({ user: { name: 'Ada', age: 36 }, tags: ['a'] });
  render(Settings, { keys });
  await type(label, 'Grace');
  await tick();
  expect(inputs().slice(2)).toEqual(['Grace', 'Grace', 'Grace']);
  expect(shown()).toContain('GRACE 36 a 1');
  expect((await reloaded()).settings.get()).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['a'] });
});

test('array methods, delete and assignments in the store syntax are shown and stored', async () => {
  render(Settings, openApp());
  await click('push');
  await click('$push');
  await click('$age');
  expect(shown()).toContain('ADA 36 new,$new 2');
  expect((await reloaded()).settings.get()).toEqual({ user: { name: 'Ada', age: 36 }, tags: ['new', '$new'] });
  await click('delete');
  await tick();
  expect(shown()).toContain('ADA  new,$new 2');
  expect((await reloaded()).settings.get().user).toEqual({ name: 'Ada' });
});

test('items of an each block are bound, found and removed', async () => {
  const { keys } = openApp();
  await keys.todos.set([
    { id: 1, text: 'one', done: false },
    { id: 2, text: 'two', done: false },
  ]);
  render(Todos, { keys });
  await fireEvent.click(screen.getByLabelText('two'));
  expect((await reloaded()).todos.get()[1]).toEqual({ id: 2, text: 'two', done: true });
  await fireEvent.input(screen.getByLabelText('text 1'), { target: { value: 'uno' } });
  await tick();
  expect(screen.getByRole('button', { name: 'remove uno' })).toBeDefined();
  await click('remove uno');
  await tick();
  expect((await reloaded()).todos.get()).toEqual([{ id: 2, text: 'two', done: true }]);
  expect(screen.getAllByRole('checkbox')).toHaveLength(1);
});

test('check 1: an early set of what is shown is a set of a value, and in the store syntax after no change it is none', async () => {
  const storage = memory();
  const before = openApp(storage).keys;
  await Promise.all([before.theme.set('dark'), before.settings.set({ user: { name: 'Grace' }, tags: [] })]);
  const { keys } = openApp(storage);
  const [theme, settings] = [usePersisted(keys.theme), usePersisted(keys.settings)];
  void theme.set(theme.current);
  void settings.set(settings.current);
  await Promise.all([theme.ready, settings.ready]);
  expect(theme.current).toBe('light');
  expect(settings.current.user.name).toBe('Grace');
});

test('check 14: all changes in place of one turn are one set and one notification', async () => {
  const { keys } = openApp();
  const set = vi.spyOn(keys.todos, 'set');
  const todos = usePersisted(keys.todos);
  const heard = vi.fn();
  todos.subscribe(heard);
  heard.mockClear();
  for (let id = 0; id < 100; id++) todos.current.push({ id, text: '', done: false });
  todos.current.sort((a, b) => b.id - a.id).splice(50);
  for (const todo of todos.current) todo.done = true;
  expect(set).not.toHaveBeenCalled();
  await tick();
  expect(set).toHaveBeenCalledTimes(1);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(keys.todos.get()).toHaveLength(50);
  expect(keys.todos.get()[0]).toEqual({ id: 99, text: '', done: true });
});

test('a change in place is seen at once by who reads it, and by effects and deriveds before it is written', async () => {
  const settings = usePersisted(openApp().keys.settings);
  const seen: string[] = [];
  const stop = $effect.root(() => {
    const user = $derived(settings.current.user);
    $effect.pre(() => {
      seen.push(user.name);
    });
  });
  flushSync();
  settings.current.user.name = 'Grace';
  expect(settings.current.user.name).toBe('Grace');
  flushSync();
  expect(seen).toEqual(['Ada', 'Grace']);
  await tick();
  stop();
});

test('check 12: `current` keeps its identity until a change, and so do its parts', async () => {
  const { keys } = openApp();
  const settings = usePersisted(keys.settings);
  const { current } = settings;
  const { user } = current;
  await keys.settings.set({ user: { name: 'Ada' }, tags: [] });
  settings.current.user.name = 'Ada';
  await tick();
  expect(settings.current).toBe(current);
  expect(settings.current.user).toBe(user);
  expect(get(settings)).toBe(current);
  settings.current.user.name = 'Grace';
  await tick();
  expect(settings.current).not.toBe(current);
});

test('nothing that is handed out is frozen, and nothing that is changed in it reaches the default', async () => {
  const { keys } = openApp();
  const settings = usePersisted(keys.settings);
  settings.current.user.name = 'Grace';
  settings.current.tags.push('a');
  await tick();
  expect(keys.settings.initial()).toEqual({ user: { name: 'Ada' }, tags: [] });
  await settings.reset();
  expect(settings.current).toEqual({ user: { name: 'Ada' }, tags: [] });
});

test('`$settings.user.name = x` changes in place and sets the same object: it is stored and told', async () => {
  const { keys } = openApp();
  const settings = usePersisted(keys.settings);
  const names: string[] = [];
  settings.subscribe(({ user }) => names.push(user.name));
  const same = get(settings);
  same.user.name = 'Grace';
  expect(await settings.set(same)).toEqual({ saved: true });
  expect(names).toEqual(['Ada', 'Grace']);
  expect((await reloaded()).settings.get().user.name).toBe('Grace');
});

test('an updater may change what it is given and return it', async () => {
  const { keys } = openApp();
  const settings = usePersisted(keys.settings);
  await settings.update((value) => {
    value.user.name = 'Grace';
    return value;
  });
  await settings.update((value) => ({ ...value, tags: [...value.tags, 'a'] }));
  expect(settings.current).toEqual({ user: { name: 'Grace' }, tags: ['a'] });
  expect((await reloaded()).settings.get()).toEqual({ user: { name: 'Grace' }, tags: ['a'] });
  expect(keys.settings.initial().user.name).toBe('Ada');
});

test('what is set while a change in place waits comes after it', async () => {
  const settings = usePersisted(openApp().keys.settings);
  settings.current.user.name = 'Grace';
  void settings.set({ user: { name: 'Edsger' }, tags: [] });
  await tick();
  expect(settings.current.user.name).toBe('Edsger');
  settings.current.user.name = 'Grace';
  void settings.reset();
  await tick();
  expect(settings.current.user.name).toBe('Ada');
  settings.current.tags.push('a');
  void settings.update((value) => ({ ...value, tags: [...value.tags, 'b'] }));
  expect(settings.current.tags).toEqual(['a', 'b']);
});

test('flush writes a change in place too', async () => {
  const settings = usePersisted(openApp().keys.settings);
  settings.current.user.name = 'Grace';
  expect(await settings.flush()).toEqual({ saved: true });
  expect((await reloaded()).settings.get().user.name).toBe('Grace');
});

test('a part that was kept from before writes only its own change', async () => {
  const { keys } = openApp();
  const settings = usePersisted(keys.settings);
  const { user } = settings.current;
  user.name = 'Grace';
  await tick();
  await keys.settings.set((value) => ({ ...value, user: { name: 'Edsger' }, tags: ['theirs'] }));
  user.age = 36;
  await tick();
  expect(settings.current).toEqual({ user: { name: 'Edsger', age: 36 }, tags: ['theirs'] });
});

test('$state.snapshot gives a copy that can be cloned', async () => {
  const settings = usePersisted(openApp().keys.settings);
  settings.current.user.name = 'Grace';
  expect(structuredClone($state.snapshot(settings.current))).toEqual({ user: { name: 'Grace' }, tags: [] });
});

test('an earlier value set again is that value again', async () => {
  const settings = usePersisted(openApp().keys.settings);
  const before = settings.current;
  settings.current = { user: { name: 'Grace' }, tags: ['a'] };
  settings.current = before;
  expect(settings.current).toEqual({ user: { name: 'Ada' }, tags: [] });
});

test('the store is given no proxy: neither ours nor those of $state', async () => {
  const { keys } = openApp(memory());
  const settings = usePersisted(keys.settings);
  await settings.ready;
  const form = $state({ user: { name: 'Grace' }, tags: ['a'] });
  expect(await settings.set(form)).toEqual({ saved: true });
  expect(structuredClone(keys.settings.get())).toEqual({ user: { name: 'Grace' }, tags: ['a'] });
  form.user.name = 'Edsger';
  expect(settings.current.user.name).toBe('Grace');
  settings.current.user = form.user;
  expect(await settings.flush()).toEqual({ saved: true });
  expect(await settings.set({ ...settings.current, tags: settings.current.tags })).toEqual({ saved: true });
  expect(structuredClone(keys.settings.get())).toEqual({ user: { name: 'Edsger' }, tags: ['a'] });
});

test.each(['in place', 'in the store syntax', 'by an updater'])(
  'check 1: an early change %s keeps what is stored beside it',
  async (how) => {
    const storage = memory();
    const open = (): App => openApp(storage);
    await open().keys.settings.set({ user: { name: 'Grace', age: 36 }, tags: ['stored'] });
    const settings = usePersisted(open().keys.settings);
    expect(settings).toMatchObject({ status: 'loading', current: { user: { name: 'Ada' } } });
    if (how === 'by an updater') {
      void settings.update((value) => {
        value.tags.push('early');
        return value;
      });
    } else {
      const value = how === 'in place' ? settings.current : get(settings);
      value.tags.push('early');
      if (how === 'in the store syntax') void settings.set(value);
    }
    expect(settings.current.tags).toEqual(['early']);
    await settings.flush();
    await settings.ready;
    expect(settings.current).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['stored', 'early'] });
    await settings.flush();
    const next = usePersisted(open().keys.settings);
    await next.ready;
    expect(next.current).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['stored', 'early'] });
  },
);

test('a change in place that the key refuses is not shown', async () => {
  const { settings } = openApp().keys;
  vi.spyOn(settings, 'set').mockResolvedValue({ saved: false, error: new StoreError('INVALID_VALUE', 'refused') });
  const state = usePersisted(settings);
  state.current.user.name = 'refused';
  expect(await state.flush()).toEqual({ saved: true });
  expect(state.current.user.name).toBe('Ada');
});
