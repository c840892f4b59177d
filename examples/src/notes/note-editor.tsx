import { useDocument, useObservable } from '@holdfast/react';
import { type JSX, useMemo } from 'react';
import { showBlob } from '../show-blob.ts';
import { removeNote } from './commands.ts';
import { selected } from './selected.ts';
import { type Note, store } from './state.ts';

export function NoteEditor(): JSX.Element {
  const id = useObservable(selected);
  const note = useDocument('notes', id);
  const photo = note?.photo;
  const show = useMemo(() => photo && showBlob(photo), [photo]);
  if (!note)
    return (
      <section className="card editor empty" aria-label="Note">
        <Keys />
      </section>
    );

  /** Only what is given is written, so that another tab may write the rest. */
  const write = (part: Partial<Note>): void => void store.collections.notes.update(note._id, part);
  return (
    <section className="card editor" aria-label="Note">
      <input aria-label="Title" placeholder="Title" value={note.title} onChange={({ target }) => write({ title: target.value })} />
      <textarea aria-label="Text" placeholder="Text" value={note.body} onChange={({ target }) => write({ body: target.value })} />
      <label className="check">
        <input type="checkbox" checked={note.done} onChange={({ target }) => write({ done: target.checked })} />
        Done
      </label>
      <label className="field">
        <span>Tags, with commas between them</span>
        <input
          key={note._id + note.tags.join()}
          aria-label="Tags"
          defaultValue={note.tags.join(', ')}
          onBlur={({ target }) =>
            write({
              tags: target.value
                .split(',')
                .map((tag) => tag.trim())
                .filter(Boolean),
            })
          }
        />
      </label>
      <div className="photo">
        {show ? <img ref={show} alt="Of this note" /> : 'Drop a photo here or click to choose one'}
        <input type="file" accept="image/*" aria-label="Photo" onChange={({ target }) => write({ photo: target.files?.[0] ?? null })} />
      </div>
      <footer>
        <small>Changed {new Date(note._updated).toLocaleString('en-GB')}</small>
        <a href={`#${note._id}`} target="_blank" rel="noreferrer">
          Second tab
        </a>
        <button type="button" className="danger" onClick={() => removeNote()}>
          Delete
        </button>
      </footer>
      <p className="hint">Open this note in a second tab. Change the title here and the text there, at the same time: both stay.</p>
    </section>
  );
}

function Keys(): JSX.Element {
  return (
    <dl className="keys">
      <dt>n</dt>
      <dd>new note</dd>
      <dt>/</dt>
      <dd>search</dd>
      <dt>↓ ↑</dt>
      <dd>next, previous</dd>
      <dt>x</dt>
      <dd>done or open</dd>
      <dt>Del</dt>
      <dd>delete</dd>
      <dt>Ctrl Z</dt>
      <dd>undo</dd>
    </dl>
  );
}
