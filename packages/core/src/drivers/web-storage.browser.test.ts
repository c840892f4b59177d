import { afterEach, describe, expect, test } from 'vitest';
import { key } from '../keys/key.ts';
import { createStore } from '../store.ts';
import { local, session } from './local.ts';

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

describe.each([
  ['localStorage', local],
  ['sessionStorage', session],
])('%s', (_, open) => {
  const shared = open();
  test.each([
    ['each on a driver of its own', open],
    ['on one driver', () => shared],
  ])('two stores of one name in one page follow each other at once, %s', async (_, storage) => {
    const [one, two] = [1, 2].map(() => createStore({ name: 'app', storage: storage(), keys: { n: key(0) } }));
    expect([one!.keys.n.get(), two!.keys.n.get()]).toEqual([0, 0]);
    let heard = 0;
    one!.keys.n.subscribe(() => heard++);
    expect(await one!.keys.n.set(1)).toEqual({ saved: true });
    await expect.poll(() => two!.keys.n.get(), { interval: 10, timeout: 1_000 }).toBe(1);
    await two!.keys.n.reset();
    await expect.poll(() => one!.keys.n.get(), { interval: 10, timeout: 1_000 }).toBe(0);
    expect(heard).toBe(2);
    await Promise.all([one!.close(), two!.close()]);
  });
});
