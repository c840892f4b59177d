import { store } from './state.ts';

/** Saves all notes, with their photos, as one file. */
export async function download(): Promise<void> {
  const url = URL.createObjectURL(await new Response(store.export()).blob());
  Object.assign(document.createElement('a'), { href: url, download: 'notes.ndjson' }).click();
  // Firefox reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Takes the notes of such a file in: those with the same id are replaced, others stay. */
export async function upload(file: File | undefined): Promise<void> {
  if (file) await store.import(file.stream());
}
