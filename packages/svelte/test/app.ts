import { collection, createStore, key, keyFamily, logged, type StorageDriver } from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';

export interface Settings {
  user: { name: string; age?: number };
  tags: string[];
}

export interface Todo {
  id: number;
  text: string;
  done: boolean;
}

export interface Note {
  title: string;
  done: boolean;
  tags: string[];
  author: { name: string; age?: number };
}

const keys = {
  theme: key<'light' | 'dark'>('light'),
  count: key(0),
  settings: key<Settings>({ user: { name: 'Ada' }, tags: [] }),
  todos: key<Todo[]>([]),
  panel: keyFamily((_id: string) => key<'open' | 'closed'>('open')),
};

/** The store of an app, as a page or a reload of it opens it. */
export function openApp(storage: StorageDriver = webStorage(() => localStorage, { codec: json })) {
  return createStore({
    name: 'app',
    storage,
    keys,
    collections: { notes: collection<Note>({ storage: logged(storage) }) },
    onError: () => {},
  });
}

export type App = ReturnType<typeof openApp>;

declare module '@holdfast/core' {
  interface Register {
    store: App;
  }
}
