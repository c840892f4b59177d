import { expectTypeOf, test } from 'vitest';
import { field } from './field.ts';
import type { Persisted } from './persisted.ts';

interface Tree {
  left?: Tree;
  size: number;
}
interface Settings {
  user: { name: string; age?: number; mail: { at: string } | null };
  list: { id: number }[];
  pair: [number, string];
  byId: Record<string, { on: boolean }>;
  tree: Tree;
  shape: { kind: 'circle'; radius: number } | { kind: 'line' };
  when: Date;
  seen: Map<string, number>;
}
declare const settings: Persisted<Settings>;

test('a path has the type of what it leads to', () => {
  expectTypeOf(field(settings, 'user.name')).toEqualTypeOf<Persisted<string>>();
  expectTypeOf(field(settings, 'user.age')).toEqualTypeOf<Persisted<number | undefined>>();
  expectTypeOf(field(settings, 'user.mail')).toEqualTypeOf<Persisted<{ at: string } | null>>();
  expectTypeOf(field(settings, 'when')).toEqualTypeOf<Persisted<Date>>();
});

test('what may be missing on the way may be undefined at its end', () => {
  expectTypeOf(field(settings, 'user.mail.at')).toEqualTypeOf<Persisted<string | undefined>>();
  expectTypeOf(field(settings, 'list.0.id')).toEqualTypeOf<Persisted<number | undefined>>();
  expectTypeOf(field(settings, 'byId.a.on')).toEqualTypeOf<Persisted<boolean>>();
  expectTypeOf(field(settings, 'shape.kind')).toEqualTypeOf<Persisted<'circle' | 'line'>>();
  expectTypeOf(field(settings, 'shape.radius')).toEqualTypeOf<Persisted<number | undefined>>();
  expectTypeOf(field(settings, 'tree.left.left.left.size')).toEqualTypeOf<Persisted<number | undefined>>();
});

test('check 22: a wrong path, or a value that does not fit it, does not compile', () => {
  // @ts-expect-error Argument of type '"user.nmae"' is not assignable to parameter of type '"user.age" | "user.mail" | "user.name"'
  field(settings, 'user.nmae');
  // @ts-expect-error '"list.first"' is not assignable to '`list.${number}`'
  field(settings, 'list.first');
  // @ts-expect-error '"when.getTime"' is not assignable to '"when"'
  field(settings, 'when.getTime');
  // @ts-expect-error '"user.name.length"' is not assignable to '"user.name"'
  field(settings, 'user.name.length');
  // @ts-expect-error a name is text
  void field(settings, 'user.name').set(1);
});
