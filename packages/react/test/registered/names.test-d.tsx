import type { Persisted, RegisteredStore, SaveResult } from '@holdfast/core';
import { type Meta, StoreProvider, setDefaultStore, usePersisted, useStore } from '@holdfast/react';
import { expectTypeOf, test } from 'vitest';
import type { store } from './store.ts';

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
