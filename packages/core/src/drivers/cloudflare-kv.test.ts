import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Miniflare } from 'miniflare';
import { afterAll, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { keepsOrder } from '../../test/uneven.ts';
import { cloudflareApi } from './cloudflare-api.ts';
import { type CloudflareNamespace, cloudflareKv } from './cloudflare-kv.ts';

// workerd, the runtime of Cloudflare itself, with as many namespaces as the laws need: an empty one for each.
const names = Array.from({ length: 160 }, (_, index) => `KV${index}`);
const runtime = new Miniflare({
  modules: true,
  script: 'export default { fetch: () => new Response() }',
  kvNamespaces: names,
  kvPersist: false,
  cf: false,
  host: '127.0.0.1',
});
const binding = async (): Promise<CloudflareNamespace> =>
  (await runtime.getKVNamespace(names.pop() as string)) as unknown as CloudflareNamespace;

// The routes of the REST API in front of a namespace of that runtime.
let behind: CloudflareNamespace;
const requests: { method: string; url: string; token: string | undefined }[] = [];
const server = createServer(async (request, response) => {
  const { method = '', url = '' } = request;
  requests.push({ method, url, token: request.headers.authorization });
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [kind = '', name = ''] = pathname.split('/').slice(7);
  const answer = await route(`${method} ${kind}`, decodeURIComponent(name), searchParams, request).then(
    (result) => (result === null ? { status: 404, body: {} } : { status: 200, body: result }),
    () => ({ status: 500, body: { success: false, errors: [{ code: 10001, message: 'internal' }] } }),
  );
  response
    .writeHead(answer.status, { 'content-type': 'application/json' })
    .end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
});

async function route(what: string, key: string, query: URLSearchParams, request: IncomingMessage): Promise<object | string | null> {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (what === 'GET values') return behind.get(key);
  if (what === 'POST bulk') return { result: { values: Object.fromEntries(await behind.get(JSON.parse(body).keys as string[])) } };
  if (what === 'PUT values')
    return { result: await behind.put(key, body, query.has('expiration') ? { expiration: Number(query.get('expiration')) } : {}) };
  if (what === 'DELETE values') return { result: await behind.delete(key) };
  const page = await behind.list({ prefix: query.get('prefix') ?? '', ...(query.has('cursor') ? { cursor: query.get('cursor') } : {}) });
  return { result: page.keys, result_info: { count: page.keys.length, cursor: page.cursor ?? '' } };
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(async () => {
  server.close();
  await runtime.dispose();
});

const options = { timeout: 60_000 };

await testDriver('Cloudflare KV in workerd', async () => ({ driver: cloudflareKv(await binding()) }), options);

await testDriver(
  'Cloudflare KV by its REST API',
  async () => {
    behind = await binding();
    return { driver: cloudflareKv(cloudflareApi({ account: 'account', namespace: 'namespace', token: 'token', url })) };
  },
  options,
);

test('the REST API is asked with the token, and a key is one part of the path', async () => {
  behind = await binding();
  requests.length = 0;
  const driver = cloudflareKv(cloudflareApi({ account: 'account', namespace: 'a/b', token: 'token', url }));
  await driver.set('../a?b#c', '1');
  expect(requests).toEqual([
    { method: 'PUT', url: '/accounts/account/storage/kv/namespaces/a%2Fb/values/..%2Fa%3Fb%23c', token: 'Bearer token' },
  ]);
});

test('an error of the REST API rejects: it is never taken for absent', async () => {
  behind = { get: () => Promise.reject(new Error('down')), put: () => Promise.reject(new Error('down')) } as unknown as CloudflareNamespace;
  const driver = cloudflareKv(cloudflareApi({ account: 'a', namespace: 'n', token: 't', url }));
  await expect(driver.get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(driver.set('key', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(driver.set('..', '1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a deadline that is nearer than a minute is passed on as a minute', async () => {
  const seen: (number | undefined)[] = [];
  const spy = { put: async (_key: string, _value: string, { expiration }: { expiration?: number } = {}) => void seen.push(expiration) };
  const driver = cloudflareKv(spy as unknown as CloudflareNamespace);
  await driver.set('key', '1', { expiresAtMs: Date.now() + 1_000 });
  await driver.set('key', '1', { expiresAtMs: 4_000_000_000_500 });
  await driver.set('key', '1');
  expect(seen[0]).toBeGreaterThanOrEqual(Date.now() / 1_000 + 60);
  expect(seen.slice(1)).toEqual([4_000_000_001, undefined]);
});

keepsOrder('Cloudflare KV', ({ entries, write }) =>
  cloudflareKv({
    get: async (key: string) => entries.get(key) ?? null,
    put: write,
    delete: (key: string) => write(key, undefined),
  } as unknown as CloudflareNamespace),
);
