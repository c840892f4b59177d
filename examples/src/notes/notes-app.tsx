import { useCollection, usePersisted } from '@holdfast/react';
import { type JSX, useEffect } from 'react';
import { followKeys, move } from './commands.ts';
import { NoteEditor } from './note-editor.tsx';
import { NoteList } from './note-list.tsx';
import { NoteSidebar } from './note-sidebar.tsx';
import { queryOf } from './query.ts';

export function NotesApp(): JSX.Element {
  const [view] = usePersisted('view');
  const notes = useCollection('notes', queryOf(view));
  useEffect(() => followKeys((command) => move(notes.data, command === 'down' ? 1 : -1)), [notes.data]);
  return (
    <div className="notes">
      <NoteSidebar />
      <NoteList notes={notes} />
      <NoteEditor />
    </div>
  );
}
