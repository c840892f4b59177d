import { expectTypeOf } from 'vitest';
import { createStore, indexedDb, key, keyFamily, local, memory, type Persisted, type Schema, session } from '../index.ts';

// Check 22: a wrong key, a wrong value and a Blob on text storage are compile errors.

const store = createStore({
  name: 'types',
  storage: indexedDb(),
  keys: {
    theme: key<'light' | 'dark'>('light', { storage: local() }),
    draft: key('', { storage: session(), delayMs: 300 }),
    avatar: key<File | null>(null),
    photo: key<Blob | null>(null, { storage: local({ blobs: true }) }),
    panel: keyFamily((_id: string) => key<'open' | 'closed'>('open')),
    deep: key<{ a: { files: readonly Blob[] } } | undefined>(undefined),
  },
});

expectTypeOf(store.keys.theme).toEqualTypeOf<Persisted<'light' | 'dark'>>();
expectTypeOf(store.keys.draft.get()).toEqualTypeOf<string>();
expectTypeOf(store.keys.avatar.get()).toEqualTypeOf<File | null>();
expectTypeOf(store.keys.panel('left')).toEqualTypeOf<Persisted<'open' | 'closed'>>();

// @ts-expect-error no such key
store.keys.colour;
// @ts-expect-error no such theme
void store.keys.theme.set('blue');
// @ts-expect-error the updater gives a wrong value
void store.keys.theme.set(() => 1);
// @ts-expect-error the argument of a family is a text
store.keys.panel(1);

// @ts-expect-error a Blob cannot live in text storage
key<File | null>(null, { storage: local() });
// @ts-expect-error nor inside a value
key<{ photos: Blob[] }>({ photos: [] }, { storage: session() });
// @ts-expect-error nor in a map
key<Map<string, Blob>>(new Map(), { storage: local() });

createStore({
  name: 'text',
  storage: local(),
  keys: {
    theme: key('light'),
    // @ts-expect-error the store's own storage holds text
    avatar: key<File | null>(null),
  },
});
createStore({ name: 'clones', storage: memory(), keys: { avatar: key<File | null>(null) } });

const name: Schema<string> = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: String(value) }) } };
expectTypeOf(
  createStore({ name: 's', storage: memory(), keys: { name: key({ schema: name, default: '' }) } }).keys.name.get(),
).toEqualTypeOf<string>();
