import polystore from 'polystore';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, httpServer } from '../../test/http-server.ts';
import { memory } from '../drivers/memory.ts';
import { serve } from './serve.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await httpServer(serve(memory(), { base: '/state', authorize: () => true }));
});
afterAll(() => server.close());

test("polystore's fetch client works on a server as it is", async () => {
  const store = polystore(server.url);
  expect(await store.get('nothing')).toBeNull();
  for (const key of ['a:b', 'ключ/😀', 'a?b#c', '%2F', '__proto__', ':batch', 'a b']) {
    expect(await store.set(key, { key })).toBe(key);
    expect(await store.get(key)).toEqual({ key });
    expect(await store.has(key)).toBe(true);
  }
  await store.set('user:1', 'one');
  await store.set('user:2', 'two', { expires: 0.02 });
  await store.set('users', 'other');
  const users = store.prefix('user:');
  expect(await users.get('1')).toBe('one');
  await expect.poll(() => users.all()).toEqual({ 1: 'one' });
  expect(await store.keys()).toEqual(expect.arrayContaining(['a:b', 'user:1', 'users']));
  await users.clear();
  expect(await users.keys()).toEqual([]);
  expect(await store.get('users')).toBe('other');
  await store.del('a:b');
  expect(await store.has('a:b')).toBe(false);
});
