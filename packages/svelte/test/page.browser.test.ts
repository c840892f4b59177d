import { createStore, indexedDb, key, local, type StorageDriver } from '@holdfast/core';
import { hydrate, tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { usePersisted } from '../src/index.ts';
import { type App, openApp } from './app.ts';
import Page from './Page.svelte';
import { PAGE_HTML } from './page-html.ts';
import Settings from './Settings.svelte';
import Todos from './Todos.svelte';

const storages: Record<string, () => StorageDriver> = { localStorage: local, IndexedDB: indexedDb };

let stores: App[] = [];
const warnings = vi.fn();

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(warnings);
});
afterEach(async () => {
  await stores[0]?.destroy();
  for (const store of stores) await store.close();
  stores = [];
  expect(warnings).not.toHaveBeenCalled();
});

describe.each(Object.keys(storages))('on %s', (name) => {
  /** The keys of the app as a reload finds them. */
  async function open(): Promise<App['keys']> {
    const store = openApp(storages[name]?.() as StorageDriver);
    stores.push(store);
    await Promise.all([store.keys.theme.ready, store.keys.settings.ready, store.keys.todos.ready]);
    return store.keys;
  }

  // Before the others: a page hydrates once.
  test('check 11: server HTML hydrates without a warning and then shows the stored value, in attributes and {@html} too', async () => {
    await (await open()).theme.set('dark');
    const store = openApp(storages[name]?.() as StorageDriver);
    stores.push(store);
    const target = document.body.appendChild(document.createElement('div'));
    target.innerHTML = PAGE_HTML;
    const paragraph = target.querySelector('p');
    hydrate(Page, { target, props: { theme: store.keys.theme } });
    expect(paragraph?.className).toBe('light');
    await vi.waitFor(() => expect(paragraph?.outerHTML).toBe('<p class="dark" title="dark">ready</p>'));
    expect(target.querySelector('p')).toBe(paragraph);
    expect(target.querySelector('img')?.getAttribute('src')).toBe('dark.png');
    expect(target.querySelector('i')?.textContent).toBe('dark');
    target.remove();
  });

  test('what is typed into bound inputs is shown everywhere and is there after a reload', async () => {
    const screen = await render(Settings, { keys: await open() });
    await screen.getByLabelText('theme', { exact: true }).fill('dark');
    await screen.getByLabelText('deep', { exact: true }).fill('Grace');
    await screen.getByRole('button', { name: 'push', exact: true }).click();
    await screen.getByRole('button', { name: '$age' }).click();
    await expect.element(screen.getByRole('status')).toHaveTextContent('dark dark GRACE 36 new 1');
    await expect.element(screen.getByLabelText('$deep')).toHaveValue('Grace');
    await expect.element(screen.getByLabelText('path')).toHaveValue('Grace');
    await screen.getByLabelText('path').fill('Edsger');
    await screen.getByLabelText('$theme').fill('light');
    await expect.element(screen.getByRole('status')).toHaveTextContent('light light EDSGER 36 new 1');
    await stores[0]?.flush();
    const keys = await open();
    expect(keys.settings.get()).toEqual({ user: { name: 'Edsger', age: 36 }, tags: ['new'] });
    expect(keys.theme.get()).toBe('light');
  });

  test('items of an each block are bound, found and removed', async () => {
    const keys = await open();
    await keys.todos.set([
      { id: 1, text: 'one', done: false },
      { id: 2, text: 'two', done: false },
    ]);
    const screen = await render(Todos, { keys });
    await screen.getByLabelText('two').click();
    await screen.getByLabelText('text 1').fill('uno');
    await screen.getByRole('button', { name: 'remove uno' }).click();
    await expect.element(screen.getByRole('checkbox')).toBeChecked();
    await stores[0]?.flush();
    expect((await open()).todos.get()).toEqual([{ id: 2, text: 'two', done: true }]);
  });

  test('check 1: a change in place before the first read keeps what is stored beside it', async () => {
    await (await open()).settings.set({ user: { name: 'Grace', age: 36 }, tags: ['stored'] });
    const store = openApp(storages[name]?.() as StorageDriver);
    stores.push(store);
    const settings = usePersisted(store.keys.settings);
    settings.current.tags.push('early');
    await tick();
    await settings.ready;
    expect(settings.current).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['stored', 'early'] });
    await settings.flush();
    expect((await open()).settings.get()).toEqual(settings.current);
  });
});

test('check 17: a File in an object that is changed in place is still a File after a reload', async () => {
  const keys = { profile: key<{ name: string; photo?: File }>({ name: 'Ada' }) };
  const name = `profile ${crypto.randomUUID()}`;
  const store = createStore({ name, storage: indexedDb(), keys });
  const profile = usePersisted(store.keys.profile);
  profile.current.photo = new File(['bytes'], 'ada.png', { type: 'image/png' });
  await tick();
  profile.current.name = 'Grace';
  expect(await profile.flush()).toEqual({ saved: true });
  const next = createStore({ name, storage: indexedDb(), keys });
  const { photo, ...rest } = (await next.keys.profile.ready).get();
  expect(rest).toEqual({ name: 'Grace' });
  expect(photo).toBeInstanceOf(File);
  expect([photo?.name, photo?.type, await photo?.text()]).toEqual(['ada.png', 'image/png', 'bytes']);
  await next.destroy();
  await next.close();
  await store.close();
});
