import { createStore, key, memory, type StorageDriver } from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { usePersisted } from '@holdfast/react';
import { useBrowser } from '@holdfast/react/browser';
import { act, cleanup, waitFor } from '@testing-library/react';
import { Fragment, type ReactNode, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const shared = memory();
const storages: Record<string, () => StorageDriver> = {
  localStorage: () => webStorage(() => localStorage, { codec: json }),
  memory: () => shared,
};
const open = (name: string) =>
  createStore({ name: 'app', storage: storages[name]?.() ?? memory(), keys: { theme: key<'light' | 'dark'>('light') } });

const errors = vi.fn();
let container: HTMLElement;

beforeEach(() => {
  container = document.body.appendChild(document.createElement('div'));
  vi.spyOn(console, 'error').mockImplementation(errors);
});
afterEach(() => {
  cleanup();
  errors.mockReset();
  localStorage.clear();
});

function hydrate(html: string, app: ReactNode): Promise<void> {
  container.innerHTML = html;
  return act(async () => void hydrateRoot(container, app, { onRecoverableError: errors }));
}

describe.each(Object.keys(storages))('check 11, on %s', (name) => {
  test.each([
    ['', Fragment],
    ['in strict mode ', StrictMode],
  ])('%sserver HTML hydrates without an error: first the default, then the stored value', async (_, Mode) => {
    await open(name).keys.theme.set('dark');
    const { theme } = open(name).keys;
    const seen: string[] = [];
    function Theme(): ReactNode {
      const [value, , { state }] = usePersisted(theme);
      seen.push(`${value} ${state}`);
      return <p className={value}>{state}</p>;
    }
    const app = (
      <Mode>
        <Theme />
      </Mode>
    );
    const html = renderToString(app);
    expect(html).toBe('<p class="light">loading</p>');
    seen.length = 0;
    await hydrate(html, app);
    await waitFor(() => expect(container.innerHTML).toBe('<p class="dark">ready</p>'));
    expect([...new Set(seen)]).toEqual(['light loading', 'dark ready']);
    expect(errors).not.toHaveBeenCalled();
  });

  test('a value that was read before hydrates without an error too, in two renders', async () => {
    const { theme } = open(name).keys;
    await theme.set('dark');
    const seen: string[] = [];
    function Theme(): ReactNode {
      const [value, , { state }] = usePersisted(theme);
      seen.push(`${value} ${state}`);
      return <p>{`${value} ${state}`}</p>;
    }
    await hydrate('<p>light loading</p>', <Theme />);
    expect(seen).toEqual(['light loading', 'dark ready']);
    expect(container.innerHTML).toBe('<p>dark ready</p>');
    expect(errors).not.toHaveBeenCalled();
  });

  test('with suspense the server HTML stays until the stored value replaces it: no fallback', async () => {
    await open(name).keys.theme.set('dark');
    const { theme } = open(name).keys;
    const fallback = vi.fn();
    function Fallback(): ReactNode {
      fallback();
      return null;
    }
    function Theme(): ReactNode {
      return <p>{usePersisted(theme, { suspense: true })[0]}</p>;
    }
    const html = '<!--$--><p>light</p><!--/$-->';
    await hydrate(
      html,
      <Suspense fallback={<Fallback />}>
        <Theme />
      </Suspense>,
    );
    await waitFor(() => expect(container.textContent).toBe('dark'));
    expect(fallback).not.toHaveBeenCalled();
    expect(errors).not.toHaveBeenCalled();
  });
});

test('check 11, zero flash: with useBrowser the server sends the fallback and the first value rendered is the stored one', async () => {
  await open('localStorage').keys.theme.set('dark');
  const { theme } = open('localStorage').keys;
  const seen: string[] = [];
  function Theme(): ReactNode {
    useBrowser();
    const [value] = usePersisted(theme);
    seen.push(value);
    return <p>{value}</p>;
  }
  const app = (
    <Suspense fallback={<i>waits</i>}>
      <Theme />
    </Suspense>
  );
  const html = renderToString(app);
  expect(html).toContain('<i>waits</i>');
  expect(html).not.toContain('light');
  expect(seen).toEqual([]);
  await hydrate(html, app);
  expect(container.querySelector('p')?.textContent).toBe('dark');
  expect(new Set(seen)).toEqual(new Set(['dark']));
  expect(errors).not.toHaveBeenCalled();
});

test('check 11, zero flash: with useBrowser and suspense a slow storage shows the fallback until the stored value is there', async () => {
  await open('memory').keys.theme.set('dark');
  const { theme } = open('memory').keys;
  const seen: string[] = [];
  function Theme(): ReactNode {
    useBrowser('the theme is stored in the browser');
    const [value] = usePersisted(theme, { suspense: true });
    seen.push(value);
    return <p>{value}</p>;
  }
  const app = (
    <Suspense fallback={<i>waits</i>}>
      <Theme />
    </Suspense>
  );
  await hydrate(renderToString(app), app);
  await waitFor(() => expect(container.querySelector('p')?.textContent).toBe('dark'));
  expect(new Set(seen)).toEqual(new Set(['dark']));
  expect(errors).not.toHaveBeenCalled();
});
