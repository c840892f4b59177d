import type { Document, Persisted, RegisteredStore, SaveResult, StoreError } from '@holdfast/core';
import {
  type Meta,
  StoreProvider,
  setDefaultStore,
  useAggregate,
  useCollection,
  useCount,
  useDocument,
  usePersisted,
  useStore,
} from '@holdfast/react';
import { expectTypeOf, test } from 'vitest';
import type { Note, store } from './store.ts';

test('a name has the type of its key', () => {
  expectTypeOf<RegisteredStore>().toEqualTypeOf<typeof store>();
  expectTypeOf(useStore().keys.panel).toEqualTypeOf<(argument: string) => Persisted<'open' | 'closed'>>();
  const [theme, setTheme, meta] = usePersisted('theme');
  expectTypeOf(theme).toEqualTypeOf<'light' | 'dark'>();
  expectTypeOf(setTheme('dark')).toEqualTypeOf<Promise<SaveResult>>();
  expectTypeOf(meta).toEqualTypeOf<Meta<'light' | 'dark'>>();
  expectTypeOf(usePersisted('theme', { suspense: true })[0]).toEqualTypeOf<'light' | 'dark'>();
});

test('a path has the type of what it leads to', () => {
  expectTypeOf(usePersisted('settings', 'user.name')[0]).toEqualTypeOf<string>();
  expectTypeOf(usePersisted('settings', 'user.age', { suspense: true })[0]).toEqualTypeOf<number | undefined>();
  expectTypeOf(usePersisted('settings', 'user')[1]).parameter(0).exclude<() => void>().toExtend<object>();
});

test('check 22: a wrong key, value, path or store does not compile', () => {
  // @ts-expect-error Argument of type '"thme"' is not assignable to parameter of type '"settings" | "theme" | Persisted<any>'
  usePersisted('thme');
  // @ts-expect-error a family is no value: usePersisted(useStore().keys.panel('left'))
  usePersisted('panel');
  // @ts-expect-error Argument of type '"blue"' is not assignable to parameter of type '"dark" | "light" | …'
  void usePersisted('theme')[1]('blue');
  // @ts-expect-error the updater must give a theme
  void usePersisted('theme')[1]((theme) => theme.length);
  // @ts-expect-error Argument of type '"user.nmae"' is not assignable to parameter of type '"user.age" | "user.name" | UsePersistedOptions | undefined'
  usePersisted('settings', 'user.nmae');
  // @ts-expect-error 'suspens' does not exist in type 'UsePersistedOptions'. Did you mean to write 'suspense'?
  usePersisted('settings', { suspens: true });
  // @ts-expect-error Property 'thme' does not exist on the keys of the store
  useStore().keys.thme;
  // @ts-expect-error not the registered store
  setDefaultStore({ name: 'other', keys: {} });
  // @ts-expect-error a provider needs a store
  <StoreProvider />;
});

test('a collection by its name has the type of its documents', () => {
  const notes = useCollection('notes', {
    where: { done: false, 'author.name': { $startsWith: 'A' } },
    sort: { due: 1 },
    fields: { title: 1 },
  });
  expectTypeOf(notes.data).toEqualTypeOf<readonly Document<Note>[]>();
  expectTypeOf(notes.status).toEqualTypeOf<'loading' | 'ready' | 'error'>();
  expectTypeOf(notes.total).toEqualTypeOf<number>();
  expectTypeOf(notes.error).toEqualTypeOf<StoreError | undefined>();
  expectTypeOf(notes.insert).returns.resolves.toEqualTypeOf<string>();
  void notes.update('id', { title: 'other' });
  void notes.update('id', ({ tags }) => ({ $set: { 'tags.0': tags[1] ?? '' } }));
  expectTypeOf(useCollection(useStore().collections.notes).data).toEqualTypeOf<readonly Document<Note>[]>();
  expectTypeOf(useDocument('notes', undefined)).toEqualTypeOf<Document<Note> | undefined>();
  expectTypeOf(useCount('notes', { done: true })).toEqualTypeOf<number>();
  expectTypeOf(useAggregate('notes', { by: 'author.name', avg: 'due' }).data).toExtend<
    readonly { readonly key: string | null; readonly count: number; readonly avg: number | undefined }[]
  >();
});

test('check 22: a wrong collection, path, operand or document does not compile', () => {
  // @ts-expect-error Argument of type '"nots"' is not assignable to parameter of type '"notes" | Collection<any>'
  useCollection('nots');
  // @ts-expect-error a key is no collection
  useDocument('theme', 'id');
  // @ts-expect-error 'titel' does not exist in the filter
  useCollection('notes', { where: { titel: 'x' } });
  // @ts-expect-error 'author.nam' does not exist in the filter
  useCount('notes', { 'author.nam': 'Ada' });
  // @ts-expect-error Type 'string' is not assignable to type 'boolean …'
  useCollection('notes', { where: { done: 'yes' } });
  // @ts-expect-error '$size is for arrays'
  useCollection('notes', { where: { title: { $size: 1 } } });
  // @ts-expect-error 'deu' does not exist in the order
  useCollection('notes', { sort: { deu: 1 } });
  // @ts-expect-error 'titel' does not exist in the fields
  useCollection('notes', { fields: { titel: 1 } });
  // @ts-expect-error 'auhtor' is no path
  useAggregate('notes', { by: 'auhtor' });
  // @ts-expect-error Property 'tags' is missing
  void useCollection('notes').insert({ title: 'x', done: false, author: { name: 'Ada' } });
  // @ts-expect-error a title is a text
  void useCollection('notes').update('id', { title: 1 });
});
