import type { Collection, Document } from '@holdfast/core';
import type { CollectionHarness, ListOptions, MountedList, Note, NoteQuery } from '@holdfast/core/testing';
import { type CollectionResult, StoreProvider, useCollection, useDocument } from '@holdfast/react';
import { act, Fragment, memo, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { harness } from './harness.tsx';

/** How the laws of collections see React. */
export const collectionHarness: CollectionHarness = {
  act: harness.act,
  list(notes: Collection<Note>, first: NoteQuery, { strict = false, snapshot }: ListOptions = {}): MountedList {
    const renders = new Map<string, number>();
    let latest: CollectionResult<Note> | undefined;

    const Row = memo(function Row({ note }: { note: Document<Note> }): ReactNode {
      renders.set(note._id, (renders.get(note._id) ?? 0) + 1);
      return <li>{note.title}</li>;
    });
    function List({ query }: { query: NoteQuery }): ReactNode {
      latest = useCollection(notes, query);
      return latest.data.map((note) => <Row key={note._id} note={note} />);
    }

    const Mode = strict ? StrictMode : Fragment;
    const { container, show, unmount } = page((query: NoteQuery) => (
      <Mode>
        <StoreProvider store={{} as never} snapshot={snapshot}>
          <List query={query} />
        </StoreProvider>
      </Mode>
    ));
    act(() => show(first));
    const now = () => latest as CollectionResult<Note>;
    return {
      text: () => Array.from(container.querySelectorAll('li'), (row) => row.textContent).join(),
      result: now,
      actions: now,
      renders: (id) => renders.get(id) ?? 0,
      ask: show,
      unmount,
    };
  },
  one(notes, first) {
    let renders = 0;
    function One({ id }: { id: string }): ReactNode {
      renders++;
      return useDocument(notes, id)?.title;
    }
    const { container, show, unmount } = page((id: string) => <One id={id} />);
    act(() => show(first));
    return { text: () => container.textContent ?? '', renders: () => renders, unmount };
  },
};

function page<Props>(render: (props: Props) => ReactNode) {
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container);
  return {
    container,
    show: (props: Props) => root.render(render(props)),
    unmount() {
      root.unmount();
      container.remove();
    },
  };
}
