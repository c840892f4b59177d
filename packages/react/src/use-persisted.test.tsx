import {
  createStore,
  field,
  type KeyStatus,
  key,
  keyFamily,
  memory,
  type Persisted,
  type StorageDriver,
  type StoreError,
} from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { faultDriver } from '@holdfast/core/testing';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { Component, type ReactNode, Suspense } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreProvider, setDefaultStore, usePersisted, useStore } from './index.ts';

interface Settings {
  user: { name: string; age?: number };
  size: number;
}

const keys = {
  count: key(0),
  settings: key<Settings>({ user: { name: 'Ada' }, size: 1 }),
  panel: keyFamily((_id: string) => key<'open' | 'closed'>('open')),
};
// The test types of this program know no registered store: names are checked in test/registered.
const byName = usePersisted as unknown as (name: string, path?: string) => readonly [unknown, (next: unknown) => Promise<unknown>, object];

function open(storage: StorageDriver = webStorage(() => localStorage, { codec: json })) {
  return createStore({ name: 'app', storage, keys, onError: () => {} });
}

beforeEach(() => localStorage.clear());
afterEach(cleanup);

class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error ? `caught ${(this.state.error as StoreError).code}` : this.props.children;
  }
}

test('tuple, setter and meta keep their identity while the value is the same', async () => {
  const { count } = open().keys;
  const tuples: unknown[] = [];
  function Counter({ round }: { round: number }): ReactNode {
    const tuple = usePersisted(count);
    tuples.push(tuple, tuple[1], tuple[2]);
    return round + tuple[0];
  }
  const { rerender } = render(<Counter round={1} />);
  rerender(<Counter round={2} />);
  expect(tuples.slice(3)).toEqual(tuples.slice(0, 3));
  for (const index of [0, 1, 2]) expect(tuples[3 + index]).toBe(tuples[index]);
  await act(() => count.set(5));
  expect(tuples.at(-3)).not.toBe(tuples[0]);
  expect(tuples.at(-2)).toBe(tuples[1]);
  expect(tuples.at(-1)).toBe(tuples[2]);
});

test('each part of the status that is read renders once when it changes, and no other part does', async () => {
  const { count } = open(memory()).keys;
  await count.ready;
  const renders = { none: 0, pending: 0, error: 0 };
  function Reader({ read }: { read: keyof typeof renders }): ReactNode {
    const [, , meta] = usePersisted(count);
    renders[read]++;
    if (read === 'none') return null;
    return <i>{`${read}: ${meta[read]}`}</i>;
  }
  render(
    <>
      <Reader read="none" />
      <Reader read="pending" />
      <Reader read="error" />
    </>,
  );
  let saved: Promise<unknown> | undefined;
  act(() => {
    saved = count.set(1);
  });
  expect(renders).toEqual({ none: 2, pending: 2, error: 2 });
  expect(screen.getByText('pending: true')).toBeDefined();
  await act(() => saved);
  expect(renders).toEqual({ none: 2, pending: 3, error: 2 });
  expect(screen.getByText('pending: false')).toBeDefined();
});

test('a part of the status that an event handler reads before React hears of the change is still rendered', () => {
  const { count } = open().keys;
  let status: KeyStatus = count.status.initial();
  let tell = (): void => {};
  const late: Persisted<number> = Object.create(count, {
    status: {
      value: {
        get: () => status,
        initial: () => status,
        subscribe(listener: () => void) {
          tell = listener;
          return () => {};
        },
      },
    },
  });
  let meta: { readonly pending: boolean } | undefined;
  function Reader(): ReactNode {
    meta = usePersisted(late)[2];
    return `${meta.pending}`;
  }
  const { container } = render(<Reader />);
  act(() => {
    status = { ...status, pending: true };
    expect(meta?.pending).toBe(true);
    tell();
  });
  expect(container.textContent).toBe('true');
});

test('meta resets, updates, flushes, retries and tells when it is ready', async () => {
  const { count } = open().keys;
  let meta = undefined as unknown as ReturnType<typeof usePersisted<Persisted<number>>>[2];
  function Counter(): ReactNode {
    const [value, , its] = usePersisted(count);
    meta = its;
    return value;
  }
  const { container } = render(<Counter />);
  expect(await meta.ready).toBe(count);
  await act(() => meta.update((n) => n + 4));
  expect(container.textContent).toBe('4');
  expect(await meta.flush()).toEqual({ saved: true });
  expect(await meta.retry()).toEqual({ saved: true });
  expect(meta).toMatchObject({ state: 'ready', pending: false, persistent: true, capability: 'durable', error: undefined });
  await act(() => meta.reset());
  expect(container.textContent).toBe('0');
  expect(localStorage.length).toBe(0);
});

test('a path reads and writes one part, and is not rendered by the others', async () => {
  const { settings } = open().keys;
  let renders = 0;
  function Name(): ReactNode {
    const [name, setName] = usePersisted(settings, 'user.name');
    renders++;
    return <button onClick={() => setName((before) => `${before}!`)}>{name}</button>;
  }
  render(<Name />);
  await act(() => settings.set((all) => ({ ...all, size: 2 })));
  expect(renders).toBe(1);
  await act(async () => screen.getByText('Ada').click());
  expect(screen.getByText('Ada!')).toBeDefined();
  expect(settings.get()).toEqual({ user: { name: 'Ada!' }, size: 2 });
  expect(renders).toBe(2);
});

test('a member of a family is a handle like any other: another argument reads and writes another one', async () => {
  const { panel } = open().keys;
  function Panel({ id }: { id: string }): ReactNode {
    const [state, setState] = usePersisted(panel(id));
    return <button onClick={() => setState('closed')}>{state}</button>;
  }
  const { rerender } = render(<Panel id="left" />);
  rerender(<Panel id="right" />);
  await act(async () => screen.getByText('open').click());
  expect(screen.getByText('closed')).toBeDefined();
  expect([panel('left').get(), panel('right').get()]).toEqual(['open', 'closed']);
});

// The store of the components without a provider stays for the rest of the file: the tests of its absence come first.
test('without a store a name says what to write; a handle needs none', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { count } = open().keys;
  const ByHandle = (): ReactNode => usePersisted(count)[0];
  const ByName = (): ReactNode => byName('count')[0] as number;
  render(<ByHandle />);
  expect(() => render(<ByName />)).toThrow(/<StoreProvider store={store}>.*setDefaultStore\(store\).*\(NO_STORE\)/);
  expect(() => render(<UsesStore />)).toThrow(expect.objectContaining({ code: 'NO_STORE' }));
});

const UsesStore = (): ReactNode => (useStore() as { name: string }).name;

test('the nearest provider names the store, else the default does', () => {
  const inner = createStore({ name: 'inner', storage: memory(), keys: { count: key(1) } });
  setDefaultStore(open() as never);
  const Counter = (): ReactNode => `${byName('count')[0]}`;
  const { container } = render(
    <>
      <UsesStore />
      <Counter />
      <StoreProvider store={inner as never}>
        <UsesStore />
        <Counter />
      </StoreProvider>
    </>,
  );
  expect(container.textContent).toBe('app0inner1');
});

test('a name reads and writes, with a path too', async () => {
  const store = open();
  function Name(): ReactNode {
    const [name, setName] = byName('settings', 'user.name');
    return <button onClick={() => setName('Grace')}>{`${name}`}</button>;
  }
  render(
    <StoreProvider store={store as never}>
      <Name />
    </StoreProvider>,
  );
  await act(async () => screen.getByText('Ada').click());
  expect(store.keys.settings.get().user.name).toBe('Grace');
});

test.each([
  ['cuont', /no.*"cuont".*|Did you mean "count"\?.*INVALID_ARGUMENT/],
  ['panel', /store\.keys\.panel\(argument\).*INVALID_ARGUMENT/],
  ['toString', /INVALID_ARGUMENT/],
])('the name %s is an error that says what there is', (name, message) => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const Wrong = (): ReactNode => `${byName(name)[0]}`;
  expect(() =>
    render(
      <StoreProvider store={open() as never}>
        <Wrong />
      </StoreProvider>,
    ),
  ).toThrow(message);
});

/** Suspends within an `act` that is awaited: React's `act` asks for that. */
function show(node: ReactNode): Promise<ReturnType<typeof render>> {
  return act(async () =>
    render(
      <Boundary>
        <Suspense fallback="waits">{node}</Suspense>
      </Boundary>,
    ),
  );
}

test('with suspense nothing but the fallback is shown until the stored value is', async () => {
  const storage = memory();
  await open(storage).keys.settings.set({ user: { name: 'Bob' }, size: 3 });
  const faults = faultDriver(storage);
  faults.hold();
  const { settings } = open(faults.driver).keys;
  const seen = new Set<unknown>();
  function Size(): ReactNode {
    const [{ size }] = usePersisted(settings, { suspense: true });
    seen.add(size);
    return size;
  }
  function Name(): ReactNode {
    const [name] = usePersisted(field(settings, 'user.name'), { suspense: true });
    seen.add(name);
    return name;
  }
  const size = await show(<Size />);
  const name = await show(<Name />);
  expect(size.container.textContent + (name.container.textContent ?? '')).toBe('waitswaits');
  await act(async () => faults.release());
  await waitFor(() => expect(size.container.textContent).toBe('3'));
  await waitFor(() => expect(name.container.textContent).toBe('Bob'));
  expect(seen).toEqual(new Set([3, 'Bob']));
  await act(() => field(settings, 'size').set(4));
  expect(size.container.textContent).toBe('4');
});

test('with suspense a storage that answers at once shows no fallback', async () => {
  await open().keys.settings.set({ user: { name: 'Bob' }, size: 3 });
  const { settings } = open().keys;
  const Size = (): ReactNode => usePersisted(settings, 'size', { suspense: true })[0];
  // Not awaited: what is shown here is the first paint.
  const { container } = render(
    <Suspense fallback="waits">
      <Size />
    </Suspense>,
  );
  expect(container.textContent).toBe('3');
});

test('with suspense a failed read reaches the error boundary; without it the default is shown, and meta has the error', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const faults = faultDriver(memory());
  faults.failAll('UNAVAILABLE');
  const { count } = open(faults.driver).keys;
  const Suspending = (): ReactNode => usePersisted(count, { suspense: true })[0];
  function Plain(): ReactNode {
    const [value, , { error }] = usePersisted(count);
    return `${value} ${error?.code}`;
  }
  const [suspending, plain] = [await show(<Suspending />), await show(<Plain />)];
  await waitFor(() => expect(suspending.container.textContent).toBe('caught UNAVAILABLE'));
  expect(plain.container.textContent).toBe('0 UNAVAILABLE');

  faults.heal();
  await act(() => count.retry());
  expect((await show(<Suspending />)).container.textContent).toBe('0');
  expect(plain.container.textContent).toBe('0 undefined');
});

test('with suspense the promise itself is thrown where React has no `use`, as in version 18', async () => {
  const storage = memory();
  await open(storage).keys.count.set(3);
  const { count } = open(storage).keys;
  vi.resetModules();
  vi.doMock('react', async (original) => {
    const { use: _, ...react } = await original<typeof import('react')>();
    return react;
  });
  const { usePersisted: usePersistedIn18 } = await import('./use-persisted.ts');
  vi.doUnmock('react');
  const seen = new Set<number>();
  function Counter(): ReactNode {
    const [value] = usePersistedIn18(count, { suspense: true });
    seen.add(value);
    return value;
  }
  const { container } = await show(<Counter />);
  await waitFor(() => expect(container.textContent).toBe('3'));
  expect(seen).toEqual(new Set([3]));
});
