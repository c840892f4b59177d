import { select, selected } from './selected.ts';
import { steps, store } from './state.ts';

const { notes } = store.collections;

export async function addNote(): Promise<void> {
  const tag = store.keys.view.get().tag;
  select(await notes.insert({ title: '', body: '', done: false, tags: tag === null ? [] : [tag], photo: null }));
  document.querySelector<HTMLInputElement>('.editor input')?.focus();
}

export function toggle(id = selected.get()): void {
  if (id !== undefined) void notes.update(id, ({ done }) => ({ done: !done }));
}

export function removeNote(id = selected.get()): void {
  if (id === undefined) return;
  void notes.delete(id);
  select(undefined);
}

/** Opens the note that lies so many rows below the open one. */
export function move(rows: readonly { readonly _id: string }[], by: number): void {
  const at = rows.findIndex(({ _id }) => _id === selected.get());
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  if (!next) return;
  select(next._id);
  document.querySelector(`[data-note="${CSS.escape(next._id)}"]`)?.scrollIntoView({ block: 'nearest' });
}

/** Calls `act` with the name of a command for each of its keys. Returns the function that ends it. */
export function followKeys(act: (command: 'down' | 'up') => void): () => void {
  function press(event: KeyboardEvent): void {
    const isTyping =
      event.target instanceof Element && event.target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select');
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      void (event.shiftKey ? steps.redo() : steps.undo());
      return;
    }
    if (event.key === 'Escape') (document.activeElement as HTMLElement | null)?.blur();
    const command = isTyping || event.ctrlKey || event.metaKey || event.altKey ? undefined : commands[event.key];
    if (!command) return;
    event.preventDefault();
    command(act);
  }
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

const commands: Record<string, (act: (command: 'down' | 'up') => void) => void> = {
  n: () => void addNote(),
  x: () => toggle(),
  Delete: () => removeNote(),
  '/': () => document.querySelector<HTMLInputElement>('[type="search"]')?.focus(),
  j: (act) => act('down'),
  ArrowDown: (act) => act('down'),
  k: (act) => act('up'),
  ArrowUp: (act) => act('up'),
};
