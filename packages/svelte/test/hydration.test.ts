import { memory, type StorageDriver } from '@holdfast/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openApp } from './app.ts';
import { PAGE_HTML } from './page-html.ts';

const warnings = vi.fn();
let target: HTMLElement;

beforeEach(() => {
  // A page hydrates once, so each test is a page of its own.
  vi.resetModules();
  vi.spyOn(console, 'warn').mockImplementation(warnings);
  target = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  target.remove();
  localStorage.clear();
  warnings.mockReset();
});

/** What the page shows of the theme, at each place. */
function shown(): string[] {
  const paragraph = target.querySelector('p');
  const texts = [
    paragraph?.className,
    paragraph?.title,
    target.querySelector('img')?.getAttribute('src'),
    target.querySelector('b, em')?.textContent,
  ];
  return [...texts, target.querySelector('i')?.textContent, paragraph?.textContent].map(String);
}
const page = (theme: string, status: string): string[] => [theme, theme, `${theme}.png`, theme, theme, status];

const shared = memory();
const storages: Record<string, StorageDriver | undefined> = { localStorage: undefined, memory: shared };

describe.each(Object.keys(storages))('check 11, on %s', (name) => {
  test('server HTML hydrates without a warning: first the default, then the stored value, in attributes and {@html} too', async () => {
    await openApp(storages[name]).keys.theme.set('dark');
    const { theme } = openApp(storages[name]).keys;
    const { hydrate } = await import('svelte');
    const { default: Page } = await import('./Page.svelte');
    target.innerHTML = PAGE_HTML;
    const paragraph = target.querySelector('p');
    const seen: string[] = [];
    hydrate(Page, { target, props: { theme, onValue: (value) => seen.push(value) } });
    expect(shown()).toEqual(page('light', 'loading'));
    await vi.waitFor(() => expect(shown()).toEqual(page('dark', 'ready')));
    expect(seen).toEqual(['set up with light', 'effect with light', 'effect with dark']);
    expect(target.querySelector('p')).toBe(paragraph);
    expect(warnings).not.toHaveBeenCalled();
  });
});

test('check 11: the stored value is there in the turn after hydration, before anything is painted', async () => {
  await openApp().keys.theme.set('dark');
  const { hydrate, tick } = await import('svelte');
  const { default: Page } = await import('./Page.svelte');
  target.innerHTML = PAGE_HTML;
  hydrate(Page, { target, props: { theme: openApp().keys.theme } });
  await tick();
  await tick();
  expect(shown()).toEqual(page('dark', 'ready'));
});

test('what is mounted in a page that has hydrated shows the stored value from the first moment', async () => {
  await openApp().keys.theme.set('dark');
  const { theme } = openApp().keys;
  const { hydrate, mount, tick } = await import('svelte');
  const { default: Page } = await import('./Page.svelte');
  target.innerHTML = PAGE_HTML;
  hydrate(Page, { target, props: { theme } });
  await tick();
  const seen: string[] = [];
  mount(Page, { target, props: { theme, onValue: (value) => seen.push(value) } });
  await tick();
  expect(seen).toEqual(['set up with dark', 'effect with dark']);
});

test('a page without server HTML shows the stored value from the first moment', async () => {
  await openApp().keys.theme.set('dark');
  const { mount, tick } = await import('svelte');
  const { default: Page } = await import('./Page.svelte');
  const seen: string[] = [];
  mount(Page, { target, props: { theme: openApp().keys.theme, onValue: (value) => seen.push(value) } });
  expect(shown()).toEqual(page('dark', 'ready'));
  await tick();
  expect(seen).toEqual(['set up with dark', 'effect with dark']);
});

test('a root with setStoreContext ends hydration for all that is mounted later', async () => {
  const app = openApp();
  await app.keys.theme.set('dark');
  const { hydrate, mount, tick } = await import('svelte');
  const { default: Root } = await import('./Root.svelte');
  const { default: Page } = await import('./Page.svelte');
  target.innerHTML = '<!--[--><!--]-->';
  hydrate(Root, { target, props: { store: app } });
  await tick();
  const seen: string[] = [];
  mount(Page, { target, props: { theme: app.keys.theme, onValue: (value) => seen.push(value) } });
  await tick();
  expect(seen).toEqual(['set up with dark', 'effect with dark']);
});

test('check 1: what an effect sets in place while hydrating is kept, and so is what is stored beside it', async () => {
  await openApp().keys.settings.set({ user: { name: 'Grace', age: 36 }, tags: ['stored'] });
  const { keys } = openApp();
  target.innerHTML = '<!--[--><!--]-->';
  const { usePersisted } = await import('../src/index.ts');
  const settings = usePersisted(keys.settings);
  expect(settings.current.user.name).toBe('Ada');
  settings.current.tags.push('early');
  const { tick } = await import('svelte');
  await tick();
  await tick();
  expect(settings.current).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['stored', 'early'] });
  expect(openApp().keys.settings.get()).toEqual({ user: { name: 'Grace', age: 36 }, tags: ['stored', 'early'] });
});

test('who has unsubscribed while hydrating is not called at its end', async () => {
  await openApp().keys.theme.set('dark');
  target.innerHTML = '<!--[--><!--]-->';
  const { usePersisted } = await import('../src/index.ts');
  const theme = usePersisted(openApp().keys.theme);
  const [gone, staying] = [vi.fn(), vi.fn()];
  theme.subscribe(gone)();
  theme.subscribe(staying);
  await vi.waitFor(() => expect(staying.mock.calls).toEqual([['light'], ['dark']]));
  expect(gone.mock.calls).toEqual([['light']]);
});
