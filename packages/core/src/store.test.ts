import { expect, test } from 'vitest';
import { memory } from './drivers/memory.ts';
import { key, keyFamily } from './keys/key.ts';
import { createStore } from './store.ts';

function open(storage: ReturnType<typeof memory>, own = storage) {
  return createStore({
    name: 'app',
    storage,
    keys: { a: key(0), b: key(0, { storage: own }), panel: keyFamily((id: string) => key(id)) },
  });
}

test('a key is the same object at each look, and all are seen by whoever walks through them', () => {
  const { keys } = open(memory());
  expect(Object.keys(keys)).toEqual(['a', 'b', 'panel']);
  expect(keys.a).toBe(keys.a);
  expect({ ...keys }.b).toBe(keys.b);
  expect(keys.panel('x')).toBe(keys.panel('x'));
});

test('destroy and usage reach what lies in every storage, also where no key was used since the start', async () => {
  const [storage, own] = [memory(), memory()];
  const before = open(storage, own);
  await Promise.all([before.keys.a.set(1), before.keys.b.set(1)]);
  await before.close();
  const store = open(storage, own);
  expect(await store.usage()).toMatchObject({ entries: 2 });
  await store.destroy();
  expect(await open(storage, own).usage()).toMatchObject({ entries: 0 });
});
