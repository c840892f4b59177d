import { DatabaseSync } from 'node:sqlite';
import express from 'express';
import session from 'express-session';
import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { sqlite } from '../../src/drivers/sqlite.ts';
import { type Kv, kv } from '../../src/kv/kv.ts';
import { expressSessions } from '../../src/sessions/express.ts';
import { faultDriver } from '../../src/testing/index.ts';
import { listen, visitor } from './listen.ts';

declare module 'express-session' {
  interface SessionData {
    views?: number;
    user?: string;
  }
}

async function app(store: Kv, options: Partial<session.SessionOptions> = {}): Promise<string> {
  const server = express();
  server.use(
    session({ store: expressSessions(session, store) as session.Store, secret: 's', resave: false, saveUninitialized: false, ...options }),
  );
  server.get('/views', (request, response) => {
    request.session.views = (request.session.views ?? 0) + 1;
    response.send(`${request.session.views}`);
  });
  server.get('/look', (request, response) => void response.send(`${request.session.user ?? 'nobody'} ${request.session.views ?? 0}`));
  server.get('/login', (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error);
      request.session.user = 'ann';
      response.send('hello');
    });
  });
  server.get('/logout', (request, response, next) => request.session.destroy((error) => (error ? next(error) : response.send('bye'))));
  server.use(((error: Error, _request, response, _next) => void response.status(500).send(error.name)) as express.ErrorRequestHandler);
  return listen(server);
}

const text = async (response: Promise<Response>): Promise<string> => (await response).text();

test.each([
  ['memory', () => memory()],
  ['SQLite', () => sqlite(new DatabaseSync(':memory:'))],
])('a session on %s counts, is begun anew at a login, and ends at a logout', async (_, driver) => {
  const store = kv(driver()).prefix('sessions');
  const ask = visitor(await app(store));
  expect([await text(ask('/views')), await text(ask('/views')), await text(ask('/look'))]).toEqual(['1', '2', 'nobody 2']);
  const [before] = await store.keys();
  await ask('/login');
  expect(await text(ask('/look'))).toBe('ann 0');
  expect(await store.has(before as string)).toBe(false);
  await ask('/logout');
  expect([await text(ask('/look')), await store.keys()]).toEqual(['nobody 0', []]);
});

test('another process with the same storage goes on with the session', async () => {
  const database = new DatabaseSync(':memory:');
  const [first, second] = [await app(kv(sqlite(database))), await app(kv(sqlite(database)))];
  const ask = visitor(first);
  await ask('/views');
  expect(await text(ask('/views', {}, second))).toBe('2');
  expect(await text(ask('/look'))).toBe('nobody 2');
});

test('a session lives as long as its cookie, and seeing it again prolongs it', async () => {
  let nowMs = Date.now();
  const store = kv(memory(), { ports: { now: () => nowMs } });
  const ask = visitor(await app(store, { cookie: { maxAge: 60_000 } }));
  await ask('/views');
  nowMs += 40_000;
  await ask('/look'); // touched: its cookie says one minute from the clock of the server
  expect((await store.keys()).length).toBe(1);
  nowMs += 61_000;
  expect(await store.keys()).toEqual([]);
  expect(await text(ask('/look'))).toBe('nobody 0');
});

test('a session whose cookie has no end lives a day', async () => {
  let nowMs = Date.now();
  const store = kv(memory(), { ports: { now: () => nowMs } });
  const ask = visitor(await app(store));
  await ask('/views');
  nowMs += 86_300_000;
  expect((await store.keys()).length).toBe(1);
  nowMs += 200_000;
  expect(await store.keys()).toEqual([]);
});

test('touch writes the cookie only: what another request has saved stays, and what was destroyed is not there again', async () => {
  const store = kv();
  const sessions = expressSessions(session, store);
  const call = (work: (done: (error: unknown) => void) => void): Promise<unknown> => new Promise((resolve) => work(resolve));
  const cookie = { expires: new Date(Date.now() + 60_000), path: '/' };
  await call((done) => sessions.set('id', { cookie, views: 1 } as never, done));
  await store.update<{ views: number }>('id', (data) => data && { ...data, views: 5 });
  await call((done) => sessions.touch('id', { cookie, views: 1 } as never, done));
  expect(await store.get('id')).toMatchObject({ views: 5 });
  await call((done) => sessions.destroy('id', done));
  await call((done) => sessions.touch('id', { cookie, views: 1 } as never, done));
  expect(await store.keys()).toEqual([]);
  await call((done) => sessions.set('id', { cookie: { expires: new Date(0) } }, done));
  expect(await store.keys()).toEqual([]);
  await call((done) => sessions.set('id', { cookie: { expires: new Date(Number.NaN) } }, done));
  expect(await store.keys()).toEqual(['id']);
});

test('all, length and clear tell and end every session', async () => {
  const store = kv().prefix('sessions');
  const sessions = expressSessions(session, store);
  const cookie = { expires: null };
  await store.setMany(Object.entries({ a: { cookie, user: 'ann' }, b: { cookie, user: 'bob' } }));
  expect(await new Promise((resolve) => sessions.all((_, all) => resolve(all)))).toMatchObject([{ user: 'ann' }, { user: 'bob' }]);
  expect(await new Promise((resolve) => sessions.length((_, count) => resolve(count)))).toBe(2);
  await new Promise((resolve) => sessions.clear(resolve));
  expect(await store.keys()).toEqual([]);
});

test('a storage that fails is an error of the request, and no new session', async () => {
  const faults = faultDriver(memory());
  const ask = visitor(await app(kv(faults.driver)));
  await ask('/views');
  faults.failAll('UNAVAILABLE');
  const failed = await ask('/look');
  expect([failed.status, await failed.text()]).toEqual([500, 'StoreError']);
  faults.heal();
  expect(await text(ask('/look'))).toBe('nobody 1');
});
