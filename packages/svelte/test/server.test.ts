// @vitest-environment node
import { memory, type Persisted } from '@holdfast/core';
import { collectionServerLaws, serverLaws } from '@holdfast/core/testing';
import { render } from 'svelte/server';
import { get } from 'svelte/store';
import { describe, expect, test, vi } from 'vitest';
import { setDefaultStore, usePersisted } from '../src/index.ts';
import { openApp } from './app.ts';
import List from './List.svelte';
import Named from './Named.svelte';
import Page from './Page.svelte';
import Panel from './Panel.svelte';
import Provider from './Provider.svelte';
import { PAGE_HTML } from './page-html.ts';
import Settings from './Settings.svelte';
import Shown from './Shown.svelte';

/** The HTML without the comments for hydration. */
function html({ body }: { body: string }): string {
  return body.replace(/<!--.*?-->/g, '');
}

describe('Svelte (check 19)', () => {
  test.each(serverLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run({ render: <T>(value: Persisted<T>) => html(render(Shown<T>, { props: { value } })).replace(/<\/?p>/g, '') }),
  );
  test.each(collectionServerLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run((notes, query, snapshot) =>
      html(render(List, { props: { notes, query, snapshot } }))
        .replaceAll('</li><li>', ',')
        .replace(/<\/?li>/g, ''),
    ),
  );
});

test('check 11: a server sends the default and the status before the first read', () => {
  expect(render(Page, { props: { theme: openApp(memory()).keys.theme } }).body).toBe(PAGE_HTML);
});

test('check 19: import, createStore and a render touch no storage that a server happens to have', async () => {
  const touched = vi.fn(() => {
    throw new Error('touched');
  });
  const globals = ['localStorage', 'sessionStorage', 'indexedDB'];
  const before = globals.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const name of globals) Object.defineProperty(globalThis, name, { get: touched, configurable: true });
  try {
    vi.resetModules();
    const { openApp: open } = await import('./app.ts');
    const { default: Component } = await import('./Settings.svelte');
    const { render: renderAfresh } = await import('svelte/server');
    expect(renderAfresh(Component, { props: { keys: open().keys } }).body).toContain('light light ADA');
    expect(touched).not.toHaveBeenCalled();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
});

test('law 13, check 19: what one request sets is not in the HTML of the next, by context or by the default store', async () => {
  const app = openApp(memory());
  await app.keys.theme.set('dark');
  await app.keys.settings.set({ user: { name: 'Grace' }, tags: [] });
  setDefaultStore(app);
  expect(html(render(Named, { props: {} }))).toContain('app light Ada light');
  expect(html(render(Provider, { props: { store: app } }))).toContain('app light Ada light');
  expect(html(render(Panel, { props: { find: app.keys.panel, id: 'left' } }))).toContain('left open open false');
});

test('check 19: what one request changes in place is not seen by another', async () => {
  const { keys } = openApp(memory());
  const state = usePersisted(keys.settings);
  const mine = state.current;
  mine.user.name = 'Grace';
  get(state).user.name = 'Grace';
  expect(usePersisted(keys.settings).current.user.name).toBe('Ada');
  expect(html(render(Settings, { props: { keys } }))).toContain('ADA');
  await Promise.resolve();
  expect(keys.settings.initial().user.name).toBe('Ada');
  expect(state.current.user.name).toBe('Ada');
});
