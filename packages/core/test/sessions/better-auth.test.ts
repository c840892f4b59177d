import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { kv } from '../../src/kv/kv.ts';
import { secondaryStorage } from '../../src/sessions/better-auth.ts';
import { listen, visitor } from './listen.ts';

test('better-auth keeps its sessions and rate limits there: signed up, known, signed out', async () => {
  const store = kv(memory()).prefix('auth');
  let handler: ReturnType<typeof toNodeHandler> | undefined;
  const origin = await listen((request, response) => void handler?.(request, response));
  const auth = betterAuth({
    baseURL: origin,
    secret: 'a secret of more than thirty-two characters',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    secondaryStorage: secondaryStorage(store),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: true, storage: 'secondary-storage' },
    telemetry: { enabled: false },
  });
  handler = toNodeHandler(auth);
  const ask = visitor(origin);
  const post = (path: string, body: object = {}): Promise<Response> =>
    ask(`/api/auth${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  expect((await post('/sign-up/email', { email: 'ann@example.com', password: 'correct horse', name: 'Ann' })).status).toBe(200);
  const known = (await (await ask('/api/auth/get-session')).json()) as { user: { name: string } };
  expect(known.user.name).toBe('Ann');
  const before = (await store.keys()).length;
  expect(before).toBeGreaterThan(0);
  expect((await post('/sign-out')).status).toBe(200);
  expect(await (await ask('/api/auth/get-session')).json()).toBeNull();
});

test('a counter keeps the end of its first increment, and a value is taken once', async () => {
  let nowMs = 0;
  const storage = secondaryStorage(kv(memory(), { ports: { now: () => nowMs } }));
  expect(await Promise.all(Array.from({ length: 20 }, () => storage.increment('count', 10)))).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  nowMs = 9_999;
  expect(await storage.increment('count', 10)).toBe(21);
  nowMs = 10_000;
  expect(await storage.increment('count', 10)).toBe(1);
  await storage.set('once', 'value', 60);
  const taken = await Promise.all([1, 2, 3].map(() => storage.getAndDelete('once')));
  expect(taken.filter((value) => value === 'value').length).toBe(1);
});
