import {
  type Collection,
  collection,
  createStore,
  dehydrate,
  type LiveQuery,
  type LiveResult,
  memory,
  type Snapshot,
  type StorageDriver,
} from '@holdfast/core';
import { faultDriver } from '@holdfast/core/testing';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { Component, type ReactNode, StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreProvider, useAggregate, useCollection, useCount, useDocument } from './index.ts';

interface Note {
  title: string;
  done?: boolean;
}
type Notes = Collection<Note>;

const open = (storage: StorageDriver = memory()): Notes =>
  createStore({ name: 'app', storage, collections: { notes: collection<Note>() }, onError: () => {} }).collections.notes;

/** A storage with one note in it. */
async function stored(): Promise<StorageDriver> {
  const storage = memory();
  await open(storage).insert({ _id: 'a', title: 'stored' });
  return storage;
}

class Boundary extends Component<{ children: ReactNode }> {
  override state: { error?: { code: string } } = {};
  static getDerivedStateFromError(error: { code: string }) {
    return { error };
  }
  override render(): ReactNode {
    return this.state.error ? <p>caught {this.state.error.code}</p> : this.props.children;
  }
}

afterEach(cleanup);

describe('with suspense', () => {
  const warnings = vi.fn();
  beforeEach(() => {
    warnings.mockReset();
    vi.spyOn(console, 'error').mockImplementation(warnings);
  });

  function Titles({ notes }: { notes: Notes }): ReactNode {
    const { data, status } = useCollection(notes, { sort: { title: 1 } }, { suspense: true });
    return `${status} ${data.map(({ title }) => title)}`;
  }
  const page = (child: ReactNode): ReactNode => (
    <StrictMode>
      <Boundary>
        <Suspense fallback="waits">{child}</Suspense>
      </Boundary>
    </StrictMode>
  );

  /** A page whose storage answers when the test says so, and what it shows until then and from then on. */
  async function shown(of: (notes: Notes) => ReactNode) {
    const faults = faultDriver(await stored());
    faults.hold();
    const notes = open(faults.driver);
    const { container, rerender } = await act(async () => render(page(of(notes))));
    const before = container.textContent;
    faults.release();
    await act(() => notes.find());
    const show = (next: ReactNode) => act(async () => rerender(page(next)));
    return { notes, before, show, text: () => container.textContent };
  }

  test('a list shows the fallback, then its rows, and never an empty list', async () => {
    const { notes, before, text } = await shown((notes) => <Titles notes={notes} />);
    expect([before, text()]).toEqual(['waits', 'ready stored']);
    await act(() => notes.insert({ title: 'a second' }));
    expect(text()).toBe('ready a second,stored');
    expect(warnings).not.toHaveBeenCalled();
  });

  test('another query keeps the rows instead of the fallback', async () => {
    const loading: LiveResult<never> = { status: 'loading', data: [], total: 0 };
    const slow: LiveQuery<never> = {
      get: () => loading,
      initial: () => loading,
      subscribe: () => () => {},
      onChanges: () => () => {},
      ready: new Promise(() => {}),
    };
    function Filtered({ notes, isDone }: { notes: Notes; isDone: boolean }): ReactNode {
      const { data, status } = useCollection(notes, isDone ? { where: { done: true } } : {}, { suspense: true });
      return `${status} ${data.map(({ title }) => title)}`;
    }
    let slowly: Notes | undefined;
    const { show, text } = await shown((notes) => {
      slowly = { ...notes, live: (query) => (query?.where ? slow : notes.live(query)) };
      return <Filtered notes={slowly} isDone={false} />;
    });
    expect(text()).toBe('ready stored');
    await show(<Filtered notes={slowly as Notes} isDone />);
    expect(text()).toBe('loading stored');
    expect(warnings).not.toHaveBeenCalled();
  });

  test('a document shows the fallback, then itself', async () => {
    function Title({ notes }: { notes: Notes }): ReactNode {
      return useDocument(notes, 'a', { suspense: true })?.title ?? 'missing';
    }
    const { before, text } = await shown((notes) => <Title notes={notes} />);
    expect([before, text()]).toEqual(['waits', 'stored']);
  });

  test('a failure reaches the error boundary; without suspense it is in the result', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const faults = faultDriver(memory());
    faults.failAll('UNAVAILABLE');
    const notes = open(faults.driver);
    function Plain(): ReactNode {
      const { status, error } = useCollection(notes);
      return <i>{`${status} ${error?.code}`}</i>;
    }
    const { container } = await act(async () =>
      render(
        <>
          {page(<Titles notes={notes} />)}
          <Plain />
        </>,
      ),
    );
    await waitFor(() => expect(container.querySelector('p')?.textContent).toBe('caught UNAVAILABLE'));
    expect(container.querySelector('i')?.textContent).toBe('error UNAVAILABLE');
  });
});

test('a count renders again only when the number changes', async () => {
  const notes = open(await stored());
  let renders = 0;
  function Count(): ReactNode {
    renders++;
    return <p>{useCount(notes, { title: { $exists: true } })}</p>;
  }
  render(<Count />);
  await screen.findByText('1');
  const before = renders;
  await act(() => notes.update('a', { title: 'other' }));
  expect(renders).toBe(before);
  await act(() => notes.insert({ title: 'second' }));
  screen.getByText('2');
  expect(renders).toBe(before + 1);
});

test('totals of an inline specification follow the documents', async () => {
  const notes = open(await stored());
  function Totals(): ReactNode {
    return useAggregate(notes, { by: 'title' }).data.map(({ key, count }) => `${key}:${count} `);
  }
  const { container } = render(<Totals />);
  await waitFor(() => expect(container.textContent).toBe('stored:1 '));
  await act(() => notes.insertMany([{ title: 'stored' }, { title: 'other' }]));
  expect(container.textContent).toBe('other:1 stored:2 ');
});

test('a document of no id is none, and another id shows at once', async () => {
  const notes = open(await stored());
  await notes.insert({ _id: 'b', title: 'second' });
  function Title({ id }: { id: string | undefined }): ReactNode {
    return useDocument(notes, id)?.title ?? 'none';
  }
  const { container, rerender } = render(<Title id={undefined} />);
  expect(container.textContent).toBe('none');
  rerender(<Title id="a" />);
  expect(container.textContent).toBe('stored');
  rerender(<Title id="b" />);
  expect(container.textContent).toBe('second');
});

test('a query that means nothing is refused by what is wrong with it', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const notes = open();
  function Wrong(): ReactNode {
    return useCollection(notes, { where: { title: { $like: 'x' } as never } }).total;
  }
  expect(() => render(<Wrong />)).toThrow('where.title.$like');
});

describe('server HTML', () => {
  async function hydrated(
    snapshot: Snapshot,
    storage: StorageDriver,
  ): Promise<{ html: string; seen: string[]; errors: unknown[]; text(): string }> {
    const seen: string[] = [];
    function Page({ notes }: { notes: Notes }): ReactNode {
      const text = `${useCollection(notes)
        .data.map(({ title }) => title)
        .join()} ${useDocument(notes, 'a')?.title} ${useCount(notes)}`;
      seen.push(text);
      return <p>{text}</p>;
    }
    const app = (notes: Notes): ReactNode => (
      <StoreProvider store={{} as never} snapshot={snapshot}>
        <Page notes={notes} />
      </StoreProvider>
    );
    const html = renderToString(app(open()));
    seen.length = 0;
    const errors: unknown[] = [];
    vi.spyOn(console, 'error').mockImplementation((error) => errors.push(error));
    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = html;
    await act(async () => void hydrateRoot(container, app(open(storage)), { onRecoverableError: (error) => errors.push(error) }));
    return { html, seen, errors, text: () => container.textContent ?? '' };
  }

  test('of a snapshot hydrates without an error, and what is stored here replaces it', async () => {
    const server = open();
    await server.insert({ _id: 'a', title: 'server' });
    const snapshot = JSON.parse(JSON.stringify(await dehydrate(server, {}, { limit: 1 }, 'a')));
    const { html, seen, errors, text } = await hydrated(snapshot, await stored());
    expect(html).toBe('<p>server server 1</p>');
    await waitFor(() => expect(text()).toBe('stored stored 1'));
    expect(seen[0]).toBe('server server 1');
    expect(seen).not.toContain(' undefined 0');
    expect(errors).toEqual([]);
  });

  test('of a snapshot whose document is not stored here loses it when the documents are loaded', async () => {
    const server = open();
    await server.insert({ _id: 'a', title: 'server' });
    const { text, errors } = await hydrated(await dehydrate(server, {}, { limit: 1 }, 'a'), memory());
    await waitFor(() => expect(text()).toBe(' undefined 0'));
    expect(errors).toEqual([]);
  });

  test('without a snapshot is empty, and hydrates without an error', async () => {
    const { html, text, errors } = await hydrated({}, await stored());
    expect(html).toBe('<p> undefined 0</p>');
    await waitFor(() => expect(text()).toBe('stored stored 1'));
    expect(errors).toEqual([]);
  });
});
