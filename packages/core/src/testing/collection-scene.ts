import type { Collection, Document } from '../collections/collection.ts';
import { type CollectionKey, collection } from '../collections/declare.ts';
import type { Snapshot } from '../collections/snapshot.ts';
import type { StorageDriver } from '../driver.ts';
import type { Observable } from '../observable.ts';
import type { Query } from '../query/query.ts';
import { createStore } from '../store.ts';
import type { Store } from '../store-interface.ts';
import type { LiveQuery, LiveResult } from '../views/live-query.ts';
import type { BindingHarness, BindingPlace } from './binding-harness.ts';
import { waiting } from './binding-scene.ts';

export interface Note {
  readonly title: string;
  readonly done?: boolean;
}

export type NoteQuery = Query<Document<Note>>;

/** What a framework offers so that the laws of its collections can be checked. */
export interface CollectionHarness extends Pick<BindingHarness, 'act'> {
  /** Puts a list on the page, in this turn: each row is a component of its own, which shows the title of its note. */
  list(notes: Collection<Note>, query: NoteQuery, options?: ListOptions): MountedList;
  /** Puts a component on the page that shows the title of one note. */
  one(notes: Collection<Note>, id: string): MountedOne;
}

export interface ListOptions {
  /** In the framework's strict mode, where there is one. */
  strict?: boolean;
  snapshot?: Snapshot;
}

export interface MountedList {
  /** The titles on the page, with commas between them. */
  text(): string;
  /** What the latest render has got. */
  result(): Pick<LiveResult<Note>, 'status' | 'total'> & {
    readonly error?: LiveResult<Note>['error'] | undefined;
    readonly hasMore: boolean;
  };
  /** The functions of the latest render. */
  actions(): Pick<Collection<Note>, 'insert' | 'update'> & { remove: Collection<Note>['delete']; loadMore(): void };
  /** How often the row of a note was rendered; without renders, how often an effect that reads its title has run. */
  renders(id: string): number;
  /** Lets the same component ask something else, in an object of its own. Called within `act`. */
  ask(query: NoteQuery): void;
  /** May be called twice. */
  unmount(): void;
}

export interface MountedOne {
  text(): string;
  renders(): number;
  unmount(): void;
}

export interface CollectionLaw {
  readonly name: string;
  /** @throws {Error} when the binding breaks the law */
  run(harness: CollectionHarness, place: BindingPlace): Promise<void>;
}

export interface CollectionScene extends CollectionHarness, BindingPlace {
  /** The notes in a new store of the scene's name, as a reload or another tab makes it. */
  open(storage: StorageDriver): Collection<Note>;
  until(condition: () => boolean, what: string): Promise<void>;
}

const notes: CollectionKey<Note> = collection<Note>();
type Notes = Store<Record<never, never>, { readonly notes: typeof notes }>;

export function openNotes(name: string, storage: StorageDriver): Notes {
  return createStore({ name, storage, collections: { notes }, onError: () => {} });
}

export function collectionLaw(name: string, body: (scene: CollectionScene) => Promise<void>): CollectionLaw {
  return {
    name,
    async run({ act, list, one }, place) {
      const storeName = `law ${crypto.randomUUID()}`;
      const stores: Notes[] = [];
      const components: { unmount(): void }[] = [];
      function mounted<Component extends { unmount(): void }>(component: Component): Component {
        components.push(component);
        return component;
      }
      const scene: CollectionScene = {
        ...place,
        act,
        list: (...args) => mounted(list(...args)),
        one: (...args) => mounted(one(...args)),
        open(storage) {
          const store = openNotes(storeName, storage);
          stores.push(store);
          return store.collections.notes;
        },
        until: waiting(act),
      };
      try {
        await body(scene);
      } finally {
        await act(() => {
          for (const { unmount } of components) unmount();
        });
        for (const store of stores) await store.close();
      }
    },
  };
}

/** The same notes, with the listeners of their live queries and documents counted. */
export function countedNotes(notes: Collection<Note>): { notes: Collection<Note>; listeners(): number; subscriptions(): number } {
  let listeners = 0;
  let subscriptions = 0;
  const known = new Map<object, object>();

  function counted<T extends Observable<unknown>>(observable: T): T {
    const subscribe = (listener: () => void): (() => void) => {
      const unsubscribe = observable.subscribe(listener);
      listeners++;
      subscriptions++;
      let isOver = false;
      return () => {
        if (!isOver) listeners--;
        isOver = true;
        unsubscribe();
      };
    };
    if (!known.has(observable)) known.set(observable, Object.create(observable, { subscribe: { value: subscribe } }));
    return known.get(observable) as T;
  }

  return {
    notes: { ...notes, live: (query) => counted(notes.live(query)), document: (id) => counted(notes.document(id)) },
    listeners: () => listeners,
    subscriptions: () => subscriptions,
  };
}

/** The same notes, of which the results of some queries never come. */
export function neverLoading(notes: Collection<Note>, isSlow: (query: NoteQuery) => boolean): Collection<Note> {
  const loading: LiveResult<never> = { status: 'loading', data: [], total: 0 };
  const slow: LiveQuery<never> = {
    get: () => loading,
    initial: () => loading,
    subscribe: () => () => {},
    onChanges: () => () => {},
    ready: new Promise(() => {}),
  };
  return { ...notes, live: (query = {}) => (isSlow(query) ? slow : notes.live(query)) };
}
