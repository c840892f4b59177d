import { collection, createStore, history, indexedDb, key, session } from '@holdfast/core';

export interface Note {
  title: string;
  body: string;
  done: boolean;
  tags: string[];
  photo: Blob | null;
}

export const orders = { changed: 'Last changed', newest: 'Newest', title: 'Title' } as const;
export const shows = ['all', 'open', 'done'] as const;

/** What of the notes is shown, and how. */
export interface View {
  search: string;
  show: (typeof shows)[number];
  tag: string | null;
  order: keyof typeof orders;
}

/** All that the notes pages keep, in React and in Svelte: they show the same notes. */
export const store = createStore({
  name: 'holdfast-notes',
  storage: indexedDb(),
  keys: {
    // Each tab has its own view, and keeps it over a reload.
    view: key<View>({ search: '', show: 'all', tag: null, order: 'changed' }, { storage: session() }),
  },
  collections: {
    notes: collection<Note>({ indexes: ['tags'] }),
  },
});

/** What this tab has done, to be taken back. */
export const steps = history(store);

declare module '@holdfast/core' {
  interface Register {
    store: typeof store;
  }
}
