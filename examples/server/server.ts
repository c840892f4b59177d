// A server for a store that browsers share: `pnpm --filter examples server`. Where the state lives is one variable:
//   STORAGE=state.db   STORAGE=redis://localhost   STORAGE=postgresql://localhost/app   STORAGE=http://localhost:2379 (etcd)
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { kv, namespaced, type SharedStorage, type StorageDriver } from '@holdfast/core';
import { serve } from '@holdfast/core/server';
import { honoSessions } from '@holdfast/core/sessions/hono';
import { serve as listen } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { parse } from 'hono/utils/cookie';
import { type Session, type SessionData, sessionMiddleware } from 'hono-sessions';

async function openStorage(place: string): Promise<StorageDriver<string> | SharedStorage> {
  if (place.startsWith('redis:')) {
    const [{ createClient }, { redis }] = await Promise.all([import('redis'), import('@holdfast/core/drivers/redis')]);
    return redis(await createClient({ url: place }).on('error', console.error).connect());
  }
  if (place.startsWith('postgres')) {
    const [{ Pool }, { postgres }] = await Promise.all([import('pg'), import('@holdfast/core/drivers/postgres')]);
    return postgres(new Pool({ connectionString: place }).on('error', console.error));
  }
  if (place.startsWith('http')) return (await import('@holdfast/core/drivers/etcd')).etcd(place);
  const [{ DatabaseSync }, { sqlite }] = await Promise.all([import('node:sqlite'), import('@holdfast/core/drivers/sqlite')]);
  return sqlite(new DatabaseSync(place));
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const bundle = await build({ entryPoints: [here('page.ts')], bundle: true, format: 'esm', write: false, minify: true });
const page = await readFile(here('page.html'), 'utf8');

const storage = await openStorage(process.env.STORAGE ?? here('state.db'));

// Sessions lie in the same storage, where no room reaches.
interface Visitor {
  name: string;
  room: string;
}
const sessions = honoSessions<SessionData<Visitor>>(kv(namespaced(storage as StorageDriver, 'sessions')));

const state = serve(storage, {
  base: '/state',
  // Who asks, says the session. In this app whoever knows the name of a room is in it.
  async identify(request) {
    const { session: id } = parse(request.headers.get('cookie') ?? '', 'session');
    const room = (await sessions.getSessionById(id))?._data.room?.value;
    return room === undefined ? undefined : { namespace: `room ${room}` };
  },
  authorize: () => true,
  onError: console.error,
});

const animals = ['Badger', 'Crane', 'Dormouse', 'Heron', 'Lynx', 'Otter', 'Puffin', 'Stoat'];

const app = new Hono<{ Variables: { session: Session<Visitor> } }>()
  .use('/', sessionMiddleware({ store: sessions, expireAfterSeconds: 30 * 86_400, cookieOptions: { sameSite: 'Lax', path: '/' } }))
  .get('/', (c) => {
    const session = c.get('session');
    const room = c.req.query('room') ?? session.get('room') ?? 'lobby';
    const name = session.get('name') ?? `${animals[Math.floor(Math.random() * animals.length)]}`;
    session.set('room', room.replace(/\W/g, ''));
    session.set('name', name);
    return c.html(page.replace('{name}', name));
  })
  .get('/page.js', (c) => c.body(bundle.outputFiles[0]?.text ?? '', 200, { 'content-type': 'text/javascript' }))
  .all('/state/*', (c) => state(c.req.raw));

listen({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST ?? '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}/ (another room: /?room=name)`),
);
