// A server for a store that browsers share: `pnpm --filter examples server`. Where the state lives is one variable:
//   STORAGE=state.db   STORAGE=redis://localhost   STORAGE=postgresql://localhost/app   STORAGE=http://localhost:2379 (etcd)
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SharedStorage, StorageDriver } from '@holdfast/core';
import { serve } from '@holdfast/core/server';
import { serve as listen } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

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

const state = serve(await openStorage(process.env.STORAGE ?? here('state.db')), {
  base: '/state',
  // A real app looks up its session here. In this one whoever knows the name of a room is in it.
  identify(request) {
    const room = /(?:^|; )room=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    return room === undefined ? undefined : { namespace: room };
  },
  authorize: () => true,
  onError: console.error,
});

const app = new Hono()
  .get('/', (c) => {
    const room = c.req.query('room') ?? getCookie(c, 'room') ?? 'lobby';
    setCookie(c, 'room', room.replace(/\W/g, ''), { httpOnly: true, sameSite: 'Lax', path: '/' });
    return c.html(page);
  })
  .get('/page.js', (c) => c.body(bundle.outputFiles[0]?.text ?? '', 200, { 'content-type': 'text/javascript' }))
  .all('/state/*', (c) => state(c.req.raw));

listen({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST ?? '127.0.0.1' }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}/ (another room: /?room=name)`),
);
