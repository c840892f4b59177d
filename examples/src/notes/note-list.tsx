import type { Document } from '@holdfast/core';
import { type CollectionResult, useObservable, usePersisted } from '@holdfast/react';
import { type JSX, memo, useMemo } from 'react';
import { addNote, toggle } from './commands.ts';
import { selected } from './selected.ts';
import { type Note, orders, type View } from './state.ts';
import { whenSeen } from './when-seen.ts';

export function NoteList({ notes }: { notes: CollectionResult<Note> }): JSX.Element {
  const { data, total, status, error, hasMore, loadMore } = notes;
  const open = useObservable(selected);
  const [order, setOrder] = usePersisted('view', 'order');
  // Made anew with each page, so that it is seen again where it is still visible.
  const sentinel = useMemo(() => whenSeen(loadMore), [loadMore, data.length]);
  return (
    <section className="card list" aria-label="Notes">
      <header>
        <output aria-label="Matching notes" className={status === 'loading' ? 'waits' : ''}>
          {total.toLocaleString('en')} {total === 1 ? 'note' : 'notes'}
        </output>
        <select aria-label="Order" value={order} onChange={({ target }) => setOrder(target.value as View['order'])}>
          {Object.entries(orders).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
        <button type="button" className="primary" onClick={addNote}>
          New
        </button>
      </header>
      {error && <p className="hint bad">{error.message}</p>}
      {status === 'ready' && total === 0 && <p className="empty">Nothing here. Write the first note, or generate some.</p>}
      <ol>
        {data.map((note) => (
          <Row key={note._id} note={note} isOpen={note._id === open} />
        ))}
      </ol>
      {hasMore && <div ref={sentinel} className="sentinel" />}
    </section>
  );
}

/** An edit makes one new document, and so renders one row. */
const Row = memo(function Row({ note, isOpen }: { note: Document<Note>; isOpen: boolean }): JSX.Element {
  return (
    <li className={note.done ? 'done' : ''} data-note={note._id}>
      <input type="checkbox" aria-label={`Done: ${note.title}`} checked={note.done} onChange={() => toggle(note._id)} />
      <a href={`#${note._id}`} aria-current={isOpen}>
        <b>{note.title || 'Untitled'}</b>
        <span>{note.body}</span>
      </a>
      <small>{note.tags.join(' · ')}</small>
    </li>
  );
});
