// Run by runtimes.test.ts in Node, Deno and Bun: what is for servers, with what the runtime itself has. Ends with `works`, or an error.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { http, httpBlobs } from '../src/drivers/http.ts';
import { type SqliteDatabase, sqlite } from '../src/drivers/sqlite.ts';
import { collection, createStore, key, kv, memory } from '../src/index.ts';
import { serve } from '../src/server.ts';
import { sqliteStorage } from '../src/web-storage.ts';
import { storageRules } from './web-storage/rules.ts';

type Handler = (request: Request) => Promise<Response>;
interface Runtimes {
  readonly Deno?: {
    serve(options: object, handler: Handler): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
  readonly Bun?: { serve(options: object): { readonly port: number; stop(force: boolean): Promise<void> } };
}
const { Deno, Bun } = globalThis as Runtimes;

function check(isTrue: unknown, what: string): void {
  if (!isTrue) throw new Error(what);
}

async function until(holds: () => unknown, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); ) {
    check(Date.now() < end, `${what} never came`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** The runtime's own server. */
async function listen(handler: Handler): Promise<{ port: number; close(): unknown }> {
  const hostname = '127.0.0.1';
  if (Deno) {
    const server = Deno.serve({ port: 0, hostname, onListen() {} }, handler);
    return { port: server.addr.port, close: () => server.shutdown() };
  }
  if (Bun) {
    const server = Bun.serve({ port: 0, hostname, fetch: handler, idleTimeout: 0 });
    return { port: server.port, close: () => server.stop(true) };
  }
  const { httpServer } = await import('./http-server.ts');
  const { url, close } = await httpServer(handler, '');
  return { port: Number(new URL(url).port), close };
}

async function openDatabase(path: string): Promise<SqliteDatabase> {
  const name = Bun ? 'bun:sqlite' : 'node:sqlite';
  const { Database, DatabaseSync } = (await import(name)) as Record<string, new (path: string) => SqliteDatabase>;
  return new ((Database ?? DatabaseSync) as new (path: string) => SqliteDatabase)(path);
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-runtime-'));

for (const { name, run, gives } of storageRules) {
  const found = run(sqliteStorage(':memory:'));
  check(isDeepStrictEqual(found, gives), `${name}: ${JSON.stringify(found)}`);
}
const path = join(folder, 'local.db');
const heard: unknown[] = [];
const one = sqliteStorage(path);
const other = sqliteStorage(path, { onChange: ({ key: at, newValue }) => heard.push([at, newValue]), pollMs: 10 });
one.setItem('theme', 'dark');
check(other.getItem('theme') === 'dark', 'the file is not shared');
await until(() => isDeepStrictEqual(heard, [['theme', 'dark']]), 'the change');
try {
  sqliteStorage(':memory:', { quotaBytes: 10 }).setItem('a', 'too long for it');
  check(false, 'there is no quota');
} catch (error) {
  check((error as Error).name === 'QuotaExceededError', `${error}`);
}

const database = await openDatabase(join(folder, 'kv.db'));
const store = kv(sqlite(database));
await store.set('a', { n: 1 });
await store.update<{ n: number }>('a', (value) => ({ n: (value?.n ?? 0) + 1 }));
check(isDeepStrictEqual(await store.entries(), [['a', { n: 2 }]]), 'kv on SQLite');

const server = await listen(serve(memory(), { base: '/state', authorize: () => true, heartbeatMs: 100 }));
const open = (isCopied: boolean) =>
  createStore({
    name: 'app',
    storage: http(`http://127.0.0.1:${server.port}/state`, { blobs: httpBlobs(), ...(isCopied ? { cache: memory() } : {}) }),
    keys: { theme: key('light'), file: key<Blob | null>(null) },
    collections: { notes: collection<{ text: string }>() },
  });
const [a, b] = [open(false), open(true)];
const live = b.collections.notes.live();
live.subscribe(() => {});
b.keys.theme.subscribe(() => {});
b.keys.file.subscribe(() => {});
check((await a.keys.theme.set('dark')).saved, 'a key over HTTP');
check((await a.keys.file.set(new Blob(['x'.repeat(2_000_000)]))).saved, 'a Blob over HTTP');
await a.collections.notes.insert({ text: 'hello' });
await until(() => b.keys.theme.get() === 'dark' && live.get().data[0]?.text === 'hello', 'the value and the document');
await until(() => b.keys.file.get()?.size === 2_000_000, 'the Blob');
await Promise.all([a.close(), b.close()]);
await server.close();
rmSync(folder, { recursive: true, force: true });
console.log('works');
process.exit(0);
