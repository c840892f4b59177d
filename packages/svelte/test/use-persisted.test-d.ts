import type { Document, Persisted, SaveResult, StoreError } from '@holdfast/core';
import type { Readable, Writable } from 'svelte/store';
import { expectTypeOf } from 'vitest';
import {
  getStoreContext,
  type PersistedState,
  setDefaultStore,
  setStoreContext,
  useCollection,
  useCount,
  useDocument,
  usePersisted,
} from '../src/index.ts';
import { type App, type Note, openApp, type Settings } from './app.ts';

const store = openApp();
const { keys } = store;

// check 22: a name is one of the registered store, and says the type of the value.
expectTypeOf(usePersisted('theme')).toEqualTypeOf<PersistedState<'light' | 'dark'>>();
expectTypeOf(usePersisted('settings')).toEqualTypeOf<PersistedState<Settings>>();
expectTypeOf(usePersisted(() => 'count' as const)).toEqualTypeOf<PersistedState<number>>();
// @ts-expect-error there is no key of this name
usePersisted('them');
// @ts-expect-error a family needs its argument
usePersisted('panel');

// A handle says it too, also one that a function chooses.
expectTypeOf(usePersisted(keys.theme)).toEqualTypeOf<PersistedState<'light' | 'dark'>>();
expectTypeOf(usePersisted(() => keys.panel('left'))).toEqualTypeOf<PersistedState<'open' | 'closed'>>();
// @ts-expect-error a family is no handle
usePersisted(keys.panel);

// check 22: a path is one into the value.
expectTypeOf(usePersisted('settings', 'user.name')).toEqualTypeOf<PersistedState<string>>();
expectTypeOf(usePersisted(keys.settings, 'user.age')).toEqualTypeOf<PersistedState<number | undefined>>();
expectTypeOf(usePersisted(() => keys.settings, 'tags.0')).toEqualTypeOf<PersistedState<string | undefined>>();
// @ts-expect-error there is no such step
usePersisted('settings', 'user.nam');
// @ts-expect-error there is no such step
usePersisted(keys.settings, 'users');

// check 22: only the key's own type can be set, in every way.
const theme = usePersisted('theme');
theme.current = 'dark';
// @ts-expect-error not a theme
theme.current = 'blue';
// @ts-expect-error not a theme
void theme.set('blue');
// @ts-expect-error not a theme
void theme.update(() => 'blue');

expectTypeOf(theme.set).returns.resolves.toEqualTypeOf<SaveResult>();
expectTypeOf(theme.status).toEqualTypeOf<'loading' | 'ready' | 'error' | 'read-only'>();
expectTypeOf(theme.error).toEqualTypeOf<StoreError | undefined>();
expectTypeOf(theme.ready).resolves.toEqualTypeOf<Persisted<'light' | 'dark'>>();

// @ts-expect-error the status is not for setting
usePersisted('theme').status = 'ready';

// It is a store for all that takes one.
expectTypeOf(theme).toExtend<Writable<'light' | 'dark'>>();
expectTypeOf(theme).toExtend<Readable<string>>();

expectTypeOf(getStoreContext()).toEqualTypeOf<App>();
expectTypeOf(setStoreContext(store)).toEqualTypeOf<App>();
setDefaultStore(store);
// @ts-expect-error not the registered store
setDefaultStore({ name: 'app', keys: {} });

// A collection by its name, or a handle, has the type of its documents.
const notes = useCollection('notes', () => ({ where: { done: false }, sort: { title: 1 }, limit: 20 }));
expectTypeOf(notes.current).toEqualTypeOf<readonly Document<Note>[]>();
expectTypeOf(notes).toExtend<Readable<readonly Document<Note>[]>>();
expectTypeOf(useCollection(() => store.collections.notes).current).toEqualTypeOf<readonly Document<Note>[]>();
expectTypeOf(useDocument('notes', () => undefined).current).toEqualTypeOf<Document<Note> | undefined>();
expectTypeOf(useCount('notes', { 'author.name': 'Ada' }).current).toEqualTypeOf<number>();
// @ts-expect-error there is no collection of this name
useCollection('note');
// @ts-expect-error there is no such path
useCollection('notes', { where: { titel: 'x' } });
// @ts-expect-error there is no such path
useCollection('notes', { sort: { titel: 1 } });
// @ts-expect-error no direction
useCollection('notes', () => ({ sort: { title: 2 } }));
// @ts-expect-error not what is in the field
useCount('notes', { done: 'yes' });
