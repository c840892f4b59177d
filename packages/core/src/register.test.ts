import { expect, test } from 'vitest';
import { memory } from './drivers/memory.ts';
import { key, keyFamily } from './keys/key.ts';
import { keyNamed } from './register.ts';
import { createStore } from './store.ts';

const store = createStore({
  name: 'app',
  storage: memory(),
  keys: { theme: key('light'), draft: key(''), panel: keyFamily((_id: string) => key('open')) },
});

test('finds a key by its name', () => {
  expect(keyNamed(store, 'theme')).toBe(store.keys.theme);
});

test.each([
  ['thme', 'theme'],
  ['Theme', 'theme'],
  ['drfat', 'draft'],
  ['panels', 'panel'],
  ['toString', 'theme'],
])('%s is an error that names the nearest one, %s', (name, nearest) => {
  expect(() => keyNamed(store, name)).toThrow(
    `Cannot use the key "${name}" of "app": there is none of this name. Did you mean "${nearest}"? (INVALID_ARGUMENT)`,
  );
});

test('a family is an error that says how it is used', () => {
  expect(() => keyNamed(store, 'panel')).toThrow('it is a family, used as `store.keys.panel(argument)` (INVALID_ARGUMENT)');
});

test('a store without keys has nothing to suggest', () => {
  expect(() => keyNamed({ name: 'app', keys: {} }, 'theme')).toThrow('there is none of this name (INVALID_ARGUMENT)');
});
