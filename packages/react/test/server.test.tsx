// @vitest-environment node
import { type Collection, createStore, key, local, memory, type Persisted } from '@holdfast/core';
import { collectionServerLaws, type Note, type NoteQuery, serverLaws } from '@holdfast/core/testing';
import { StoreProvider, setDefaultStore, useCollection, usePersisted } from '@holdfast/react';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, test, vi } from 'vitest';

// The test types of this program know no registered store: names are checked in test/registered.
const byName = usePersisted as unknown as (name: string) => readonly [string];

function Shown<T>({ value, suspense = false }: { value: Persisted<T>; suspense?: boolean }): ReactNode {
  return JSON.stringify(usePersisted(value, { suspense })[0]);
}

function Titles({ notes, query }: { notes: Collection<Note>; query: NoteQuery }): ReactNode {
  return useCollection(notes, query)
    .data.map(({ title }) => title)
    .join();
}

const render = (node: ReactNode): string => renderToString(node).replaceAll('&quot;', '"');

describe('React (check 19)', () => {
  test.each(serverLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run({ render: (value) => render(<Shown value={value} />) }),
  );
  test.each(collectionServerLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run((notes, query, snapshot) =>
      render(
        <StoreProvider store={{} as never} snapshot={snapshot}>
          <Titles notes={notes} query={query} />
        </StoreProvider>,
      ),
    ),
  );
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
    const core = await import('@holdfast/core');
    const react = await import('@holdfast/react');
    const errors = vi.fn();
    const keys = { theme: core.key('light', { storage: core.local() }), draft: core.key('-', { storage: core.session() }), n: core.key(7) };
    const store = core.createStore({ name: 'app', storage: core.indexedDb(), keys, onError: errors });
    const App = (): ReactNode =>
      `${react.usePersisted(store.keys.theme)[0]} ${react.usePersisted(store.keys.draft)[0]} ${react.usePersisted(store.keys.n)[0]}`;
    expect(renderToString(<App />)).toBe('light - 7');
    expect(touched).not.toHaveBeenCalled();
    expect(errors).not.toHaveBeenCalled();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
});

test('law 13, check 19: what one request sets is not in the HTML of the next, with a default store too', async () => {
  const store = createStore({ name: 'app', storage: memory(), keys: { theme: key('light') } });
  const Theme = (): ReactNode => byName('theme')[0];
  setDefaultStore(store as never);
  await store.keys.theme.set('dark');
  expect(render(<Theme />)).toBe('light');
  expect(
    render(
      <StoreProvider store={store as never}>
        <Theme />
      </StoreProvider>,
    ),
  ).toBe('light');
});

test('check 19: with suspense a server waits for nothing and shows the default', () => {
  const { theme } = createStore({ name: 'app', storage: local(), keys: { theme: key('light') } }).keys;
  expect(render(<Shown value={theme} suspense />)).toBe('"light"');
  expect(theme.status.get().state).toBe('loading');
});
