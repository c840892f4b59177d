import { collection, createStore, key, keyFamily, local, memory } from '@holdfast/core';

export interface Note {
  title: string;
  done: boolean;
  due?: number;
  tags: string[];
  author: { name: string };
}

/** The registry of an app, as it tells the types about it. Registering is for a whole program, so this folder is one of its own. */
export const store = createStore({
  name: 'registered',
  storage: memory(),
  keys: {
    theme: key<'light' | 'dark'>('light', { storage: local() }),
    settings: key<{ user: { name: string; age?: number } }>({ user: { name: 'Ada' } }),
    panel: keyFamily((_id: string) => key<'open' | 'closed'>('open')),
  },
  collections: { notes: collection<Note>() },
});

declare module '@holdfast/core' {
  interface Register {
    store: typeof store;
  }
}
