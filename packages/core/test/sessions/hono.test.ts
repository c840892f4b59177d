import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type Session, sessionMiddleware } from 'hono-sessions';
import { expect, test, vi } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import type { StoreError } from '../../src/errors.ts';
import { type Kv, kv } from '../../src/kv/kv.ts';
import { honoSessions } from '../../src/sessions/hono.ts';
import { faultDriver } from '../../src/testing/index.ts';
import { listen, visitor } from './listen.ts';

async function app(store: Kv, options: { expireAfterSeconds?: number; onError?: (error: StoreError) => void } = {}): Promise<string> {
  const { onError, ...rest } = options;
  const server = new Hono<{ Variables: { session: Session } }>();
  server.use('*', sessionMiddleware({ store: honoSessions(store, onError ? { onError } : {}), cookieOptions: { path: '/' }, ...rest }));
  server.get('/views', (context) => {
    const session = context.get('session');
    const views = ((session.get('views') as number | null) ?? 0) + 1;
    session.set('views', views);
    return context.text(`${views}`);
  });
  server.get('/logout', (context) => {
    context.get('session').deleteSession();
    return context.text('bye');
  });
  return listen(getRequestListener(server.fetch));
}

const text = async (response: Promise<Response>): Promise<string> => (await response).text();

test('a session counts, belongs to its visitor, and ends at a logout', async () => {
  const store = kv().prefix('sessions');
  const origin = await app(store, { expireAfterSeconds: 600 });
  const [ann, bob] = [visitor(origin), visitor(origin)];
  expect([await text(ann('/views')), await text(ann('/views')), await text(bob('/views'))]).toEqual(['1', '2', '1']);
  expect((await store.keys()).length).toBe(2);
  await ann('/logout');
  expect((await store.keys()).length).toBe(1);
  expect(await text(ann('/views'))).toBe('1');
});

test('a session that says no end lives a day, so no row stays for ever', async () => {
  let nowMs = Date.now();
  const store = kv(memory(), { ports: { now: () => nowMs } });
  await visitor(await app(store))('/views');
  expect((await store.keys()).length).toBe(1);
  nowMs += 86_500_000;
  expect(await store.prune()).toBe(1);
});

test('an end that is over removes, and what is handed out is a copy', async () => {
  const store = kv();
  const sessions = honoSessions<{ _expire: string | null; views?: number }>(store);
  await sessions.createSession('id', { _expire: null, views: 1 });
  const data = await sessions.getSessionById('id');
  if (data) data.views = 5;
  expect(await sessions.getSessionById('id')).toMatchObject({ views: 1 });
  await sessions.persistSessionData('id', { _expire: new Date(0).toISOString() });
  expect([await sessions.getSessionById('id'), await sessions.getSessionById()]).toEqual([null, null]);
});

test('a storage that fails is told of, because the middleware keeps silent', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {}); // Hono's, for the request that cannot save
  const faults = faultDriver(memory());
  const errors: string[] = [];
  const ask = visitor(await app(kv(faults.driver), { onError: ({ code }) => errors.push(code) }));
  await ask('/views');
  faults.failAll('UNAVAILABLE');
  await ask('/views');
  expect(errors[0]).toBe('UNAVAILABLE');
  vi.restoreAllMocks();
});
