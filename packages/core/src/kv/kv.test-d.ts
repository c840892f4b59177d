import { expectTypeOf, test } from 'vitest';
import type { StorageDriver } from '../driver.ts';
import { type Kv, kv } from './kv.ts';

test('values are typed where the store is made, or at the call', () => {
  const numbers = kv<number>();
  expectTypeOf(numbers.get('a')).resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(numbers.all()).resolves.toEqualTypeOf<Record<string, number>>();
  // @ts-expect-error: a text is no number
  void numbers.set('a', 'text');

  const any = kv();
  expectTypeOf(any.get('a')).resolves.toEqualTypeOf<unknown>();
  expectTypeOf(any.get<string>('a')).resolves.toEqualTypeOf<string | undefined>();
  expectTypeOf(any.entries<string>()).resolves.toEqualTypeOf<[key: string, value: string][]>();
  expectTypeOf(any.prefix<{ id: number }>('users')).toEqualTypeOf<Kv<{ id: number }>>();
  expectTypeOf(any.update<number>('a', (n = 0) => n + 1)).resolves.toEqualTypeOf<number | undefined>();
  expectTypeOf(numbers[Symbol.asyncIterator]().next()).resolves.toExtend<IteratorResult<[string, number]>>();
});

test('a driver of texts and one of clones will do', () => {
  kv({} as StorageDriver<string>);
  kv({} as StorageDriver);
});
