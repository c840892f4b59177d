import { collection, createStore, indexedDb, key } from '@holdfast/core';
import { http } from '@holdfast/core/drivers/http';

export interface Note {
  text: string;
  by: string;
  done: boolean;
}

export const store = createStore({
  name: 'board',
  // The server's storage, with a copy on this device: read at once, written offline.
  storage: http('/state', { cache: indexedDb() }),
  keys: {
    title: key(''),
    text: key('', { delayMs: 200 }),
    color: key<'paper' | 'mint' | 'rose'>('paper'),
    votes: key(0),
  },
  collections: { notes: collection<Note>() },
});
