import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { createStore, indexedDb, key, keyFamily, memory } from './index.ts';

test('a value survives a new store', async () => {
  const keys = { n: key(0), panel: keyFamily((_id: string) => key('open')) };
  const a = createStore({ name: 'app', storage: indexedDb(), keys });
  expect(a.keys.n.get()).toBe(0);
  expect(await a.keys.n.set(5)).toEqual({ saved: true });
  expect(await a.keys.panel('left').set('closed')).toEqual({ saved: true });
  const b = createStore({ name: 'app', storage: indexedDb(), keys });
  await b.keys.n.ready;
  await b.keys.panel('left').ready;
  expect(b.keys.n.get()).toBe(5);
  expect(b.keys.panel('left').get()).toBe('closed');
  await a.close();
  await b.close();
});

test('early sets are replayed on what the read finds', async () => {
  const storage = memory();
  const keys = { list: key<string[]>([]) };
  const a = createStore({ name: 'app', storage, keys });
  await a.keys.list.set(['a']);
  const b = createStore({ name: 'app', storage, keys });
  const saved = b.keys.list.set((list) => [...list, 'b']);
  expect(b.keys.list.get()).toEqual(['b']);
  expect(await saved).toEqual({ saved: true });
  expect(b.keys.list.get()).toEqual(['a', 'b']);
});

test('update loses nothing', async () => {
  const storage = memory();
  const keys = { n: key(0) };
  const stores = [1, 2, 3].map(() => createStore({ name: 'app', storage, keys }));
  await Promise.all(
    stores.flatMap((s) =>
      Array.from({ length: 100 }, async () => {
        await Promise.resolve();
        return s.keys.n.update((n) => n + 1);
      }),
    ),
  );
  const c = createStore({ name: 'app', storage, keys });
  await c.keys.n.ready;
  expect(c.keys.n.get()).toBe(300);
});
