import type { Persisted, StoreError } from '@holdfast/core';
import { expectTypeOf, test } from 'vitest';
import { useObservable, usePersisted } from './index.ts';

interface Settings {
  user: { name: string; age?: number };
  list: { done: boolean }[];
}
declare const settings: Persisted<Settings>;
declare const panel: (id: string) => Persisted<'open' | 'closed'>;

function useAny<T>(value: Persisted<T>): T {
  return usePersisted(value)[0];
}

test('a handle has its own type, with a path too', () => {
  expectTypeOf(usePersisted(settings)[0]).toEqualTypeOf<Settings>();
  expectTypeOf(usePersisted(settings)[1]).toEqualTypeOf<Persisted<Settings>['set']>();
  expectTypeOf(usePersisted(settings, { suspense: true })[0]).toEqualTypeOf<Settings>();
  expectTypeOf(usePersisted(settings, 'user.age')[0]).toEqualTypeOf<number | undefined>();
  expectTypeOf(usePersisted(settings, 'list.0.done', { suspense: true })[0]).toEqualTypeOf<boolean | undefined>();
  expectTypeOf(usePersisted(panel('left'))[0]).toEqualTypeOf<'open' | 'closed'>();
  expectTypeOf(useObservable(settings.status).state).toEqualTypeOf<'loading' | 'ready' | 'error' | 'read-only'>();
});

test('a generic component keeps its type', () => {
  expectTypeOf(useAny(settings)).toEqualTypeOf<Settings>();
});

test('meta has the status and what can be done', () => {
  const [, , meta] = usePersisted(settings);
  expectTypeOf(meta.error).toEqualTypeOf<StoreError | undefined>();
  expectTypeOf(meta.pending).toEqualTypeOf<boolean>();
  expectTypeOf(meta.update).toEqualTypeOf<Persisted<Settings>['update']>();
  expectTypeOf(meta.ready).toEqualTypeOf<Promise<Persisted<Settings>>>();
});

test('check 22: a wrong handle, value or path does not compile', () => {
  // @ts-expect-error a family is no value: panel('left') is
  usePersisted(panel);
  // @ts-expect-error Argument of type '"user.nmae"' is not assignable to parameter of type '"user.age" | "user.name" | UsePersistedOptions | undefined'
  usePersisted(settings, 'user.nmae');
  // @ts-expect-error a name is text
  void usePersisted(settings, 'user.name')[1](1);
  // @ts-expect-error Property 'user' is missing
  void usePersisted(settings)[1]({ list: [] });
});
