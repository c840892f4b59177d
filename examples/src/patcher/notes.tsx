import type { PatchDocument } from '@holdfast/core/guest';
import { useObservable } from '@holdfast/react';
import { type JSX, useRef } from 'react';
import { Box, Wire } from './box.tsx';
import type { notesPatch } from './patches.ts';

export function Notes({ text, written, listed }: ReturnType<typeof notesPatch>): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const { docs = [] } = (useObservable(listed) ?? {}) as { docs?: readonly PatchDocument[] };
  return (
    <section className="card patch" aria-labelledby="notes-title">
      <header>
        <h2 id="notes-title">Notes</h2>
        <code className="source">dbObject()</code>
      </header>
      <Box kind="control" text="text">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (field.current?.value) text.send({ type: 'insert', collection: 'notes', doc: { text: field.current.value, done: false } });
            event.currentTarget.reset();
          }}
        >
          <input ref={field} aria-label="New note" placeholder="Write a note and press Enter" />
        </form>
      </Box>
      <Wire from={text} label="From the text" />
      <Box kind="object" text="db notes" />
      <Wire from={written} label="From db" />
      <Box kind="object" text="db notes, subscribed" />
      <Wire from={listed} label="From the second db" />
      <Box kind="control" text="list">
        <ul aria-label="Notes">
          {docs.map(({ _id, text: note, done }) => (
            <li key={_id}>
              <label>
                <input
                  type="checkbox"
                  checked={done === true}
                  onChange={() => text.send({ op: 'update', collection: 'notes', id: _id, doc: { done: !done } })}
                />
                {String(note)}
              </label>
              <button type="button" aria-label={`Delete ${note}`} onClick={() => text.send(`delete notes ${_id}`)}>
                ×
              </button>
            </li>
          ))}
        </ul>
        {docs.length === 0 && <p className="hint">Nothing here yet.</p>}
      </Box>
    </section>
  );
}
