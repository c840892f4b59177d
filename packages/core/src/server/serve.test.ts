import { describe, expect, test } from 'vitest';
import type { DriverChange, StorageDriver } from '../driver.ts';
import { http } from '../drivers/http.ts';
import { memory } from '../drivers/memory.ts';
import { encodePath } from '../key-path.ts';
import { kv } from '../kv/kv.ts';
import { namespaced } from '../namespaced.ts';
import { driverLaws, kvLaws } from '../testing/index.ts';
import { type Caller, type ServeOptions, serve } from './serve.ts';

const allow: ServeOptions<Caller> = { authorize: () => true, limits: { perSecond: 1e6, burst: 1e6, batch: 3_000 } };

/** `fetch` straight into a handler: the whole of HTTP but the wire. */
const into =
  (handler: (request: Request) => Promise<Response>): typeof fetch =>
  (input, init) =>
    handler(new Request(input, init));

describe.each(['bare', 'behind a prefix'])('the http driver, %s', (view) => {
  const open = (handler: (request: Request) => Promise<Response>): StorageDriver => {
    const driver = http('http://localhost/state', { fetch: into(handler) }) as unknown as StorageDriver;
    return view === 'bare' ? driver : namespaced(driver, 'part');
  };
  for (const law of [...driverLaws, ...kvLaws]) {
    const handler = () => serve(memory(), { ...allow, base: '/state' });
    if (law.appliesTo(open(handler()))) {
      test(law.name, () => {
        const server = handler();
        return law.run({ driver: open(server), other: open(server) });
      });
    }
  }
});

const json = { 'content-type': 'application/json' };
const post = (route: string, body: unknown, headers: Record<string, string> = {}) =>
  new Request(`http://localhost/state/${route}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...json, ...headers },
  });
const at = (route: string, init?: RequestInit) => new Request(`http://localhost/state/${route}`, init);
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: { code: string } }).error.code];

describe('limits', () => {
  const limits = { bodyBytes: 1_000, batch: 3, depth: 5, keyLength: 20, perSecond: 1e6, burst: 1e6 };
  const handler = serve(memory(), { ...allow, base: '/state', limits });
  const set = { type: 'set', key: 'key', value: '1' };
  const commit = (operations: unknown, more = {}) => post(':commit', { client: 'client-1', commits: [{ number: 1, operations, ...more }] });
  const deep = `{"keys":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

  test.each<[string, Request, number]>([
    ['a body that is too large', post(':get', { keys: ['x'.repeat(2_000)] }), 413],
    ['a body that is too large for a value', at('key', { method: 'PUT', body: JSON.stringify('x'.repeat(2_000)) }), 413],
    ['too many keys', post(':get', { keys: ['1', '2', '3', '4'] }), 400],
    ['too many operations', commit([set, set, set, set]), 400],
    [
      'too many operations over several commits',
      post(':commit', { client: 'client-1', commits: [1, 2].map((number) => ({ number, operations: [set, set] })) }),
      400,
    ],
    ['too many conditions', commit([], { checks: [set, set, set, set] }), 400],
    ['a key that is too long', post(':get', { keys: ['x'.repeat(21)] }), 400],
    ['JSON that is nested too deep', post(':get', '[[[[[[]]]]]]'), 400],
    ['no JSON', post(':get', '{"keys":'), 400],
    ['no UTF-8', at(':get', { method: 'POST', headers: json, body: new Uint8Array([0xff, 0xfe]) }), 400],
    ['another shape', post(':get', { keys: 'all' }), 400],
    ['an operation that there is not', commit([{ type: 'drop', key: 'key' }]), 400],
    ['a value that is no text', commit([{ type: 'set', key: 'key', value: { $ne: 1 } }]), 400],
    ['a client without a name', post(':commit', { client: '../../x', commits: [] }), 400],
    ['a key that cannot be decoded', at('%ff'), 400],
    ['an expiry that is none', at('key?expires=soon', { method: 'PUT', body: '1' }), 400],
    ['a route that there is not', post(':drop', {}), 404],
    ['what lies beside the base', new Request('http://localhost/stately/:get', { method: 'POST', headers: json, body: '{}' }), 404],
    ['a form', at(':get', { method: 'POST', body: 'keys=1', headers: { 'content-type': 'text/plain' } }), 415],
    ['a method that there is not', at(':get', { method: 'PUT', body: '1' }), 405],
    ['the deletion of everything', at('', { method: 'DELETE' }), 405],
  ])('%s is refused', async (_, request, status) => {
    expect((await handler(request)).status).toBe(status);
  });

  test('nesting is counted without recursion', async () => {
    const roomy = serve(memory(), { ...allow, base: '/state' });
    expect(await codeOf(await roomy(post(':get', deep)))).toEqual([400, 'INVALID_ARGUMENT']);
  });

  test('more requests than the rate allows are refused until time has passed, one namespace apart from the other', async () => {
    let nowMs = 0;
    const strict = serve(memory(), {
      authorize: () => true,
      identify: (request) => ({ namespace: request.headers.get('authorization') ?? '' }),
      limits: { perSecond: 1, burst: 3 },
      now: () => nowMs,
    });
    const ask = async (name: string) => (await strict(new Request('http://localhost/key', { headers: { authorization: name } }))).status;
    expect([await ask('a'), await ask('a'), await ask('a'), await ask('a')]).toEqual([404, 404, 404, 429]);
    expect(await ask('b')).toBe(404);
    nowMs = 1_000;
    expect([await ask('a'), await ask('a')]).toEqual([404, 429]);
  });
});

describe('origins', () => {
  const handler = serve(memory(), { ...allow, base: '/state', origins: ['https://app.example'] });
  test.each<[string, Record<string, string>, number]>([
    ['a page of the same origin', { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, 200],
    ['a page of the same host behind a proxy that ends TLS', { origin: 'https://localhost' }, 200],
    ['no browser', {}, 200],
    ['a page of a named origin', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }, 200],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a page of an origin that begins so', { origin: 'https://app.example.evil.example' }, 403],
    ['a page of another port', { origin: 'http://localhost:8080' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['an image or a link of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['one of a neighbouring site', { 'sec-fetch-site': 'same-site' }, 403],
  ])('%s', async (_, headers, status) => {
    const response = await handler(post(':get', { keys: ['key'] }, headers));
    expect(response.status).toBe(status);
    const isNamed = headers.origin === 'https://app.example';
    expect(response.headers.get('access-control-allow-origin')).toBe(isNamed ? headers.origin : null);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('a preflight is answered, with leave only for named origins', async () => {
    const ask = (origin: string) => handler(at(':get', { method: 'OPTIONS', headers: { origin } }));
    expect((await ask('https://app.example')).headers.get('access-control-allow-methods')).toContain('POST');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-methods')).toBeNull();
  });
});

test('a failure of the storage is told by its code, and what it said only to onError', async () => {
  const heard: unknown[] = [];
  const broken = { ...memory(), get: () => Promise.reject(new Error('password=hunter2 at 10.0.0.5')) };
  const handler = serve(broken, { ...allow, base: '/state', onError: (error) => heard.push(error) });
  const response = await handler(post(':get', { keys: ['key'] }));
  expect([response.status, await response.text()]).toEqual([503, '{"error":{"code":"UNAVAILABLE","message":"The storage failed"}}']);
  expect(heard).toHaveLength(1);
});

test('a commit that is sent again takes place once, also at the same time', async () => {
  const storage = memory();
  const handler = serve(storage, { ...allow, base: '/state' });
  const send = (number: number) =>
    handler(
      post(':commit', { client: 'client-1', commits: [{ number, operations: [{ type: 'append', key: 'log', value: `${number}` }] }] }),
    );
  const { results } = (await (await send(1)).json()) as { results: object[] };
  expect(results).toEqual([{ sequence: 1 }]);
  await Promise.all([send(1), send(2), send(2), send(2)]);
  await send(1);
  expect((await storage.changes?.(0))?.batches.map(({ value }) => value)).toEqual(['1', '2']);
});

test('notes of clients that were silent for a month are removed, and no others', async () => {
  let nowMs = Date.now();
  const storage = memory();
  const open = () => serve(storage, { ...allow, base: '/state', now: () => nowMs });
  const send = (handler: ReturnType<typeof open>, client: string) =>
    handler(post(':commit', { client, commits: [{ number: 1, operations: [{ type: 'set', key: 'key', value: client }] }] }));
  const first = open();
  await send(first, 'client-1');
  nowMs += 20 * 86_400_000;
  await send(first, 'client-2');
  nowMs += 15 * 86_400_000;
  await send(open(), 'client-3');
  const notes = async () => {
    const found: string[] = [];
    for await (const batch of storage.list({ prefix: encodePath(['shared', ':server']) })) found.push(...batch.map(({ key }) => key));
    return found.map((key) => key.slice(-9, -1));
  };
  await expect.poll(notes).toEqual(['client-2', 'client-3']);
});

describe('plain REST', () => {
  test('values are those of kv on the server, with ETags and conditions', async () => {
    const storage = memory();
    const handler = serve(storage, { ...allow, base: '/state' });
    const put = (body: string, headers = {}) => handler(at('a%2Fb', { method: 'PUT', body, headers }));
    expect(await (await put('{"n":1}')).json()).toBe('a/b');
    expect(await kv(namespaced(storage, 'shared')).get('a/b')).toEqual({ n: 1 });
    const found = await handler(at('a%2Fb'));
    const etag = found.headers.get('etag') ?? '';
    expect(await found.json()).toEqual({ n: 1 });
    expect((await handler(at('a%2Fb', { headers: { 'if-none-match': etag } }))).status).toBe(304);
    expect((await put('2', { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('2', { 'if-match': '"other"' })).status).toBe(412);
    expect((await put('2', { 'if-match': etag })).status).toBe(200);
    expect((await handler(at('a%2Fb', { method: 'DELETE', headers: { 'if-match': etag } }))).status).toBe(412);
    expect((await handler(at('a%2Fb', { method: 'DELETE' }))).status).toBe(200);
    expect((await handler(at('a%2Fb'))).status).toBe(404);
  });

  test('a value ends with its lifetime, and none at all removes it', async () => {
    let nowMs = Date.now();
    const handler = serve(memory(), { ...allow, base: '/state', now: () => nowMs });
    await handler(at('key?expires=10', { method: 'PUT', body: '1' }));
    expect((await handler(at('key'))).status).toBe(200);
    nowMs += 10_000;
    expect((await handler(at('key'))).status).toBe(404);
    expect(await (await handler(at(''))).json()).toEqual({});
    await handler(at('key', { method: 'PUT', body: '1' }));
    await handler(at('key?expires=0', { method: 'PUT', body: '1' }));
    expect((await handler(at('key'))).status).toBe(404);
  });
});

describe('the feed', () => {
  /** Reads events until there are so many, without comments. */
  async function events(response: Response, count: number): Promise<string[]> {
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never).getReader();
    let text = '';
    const found = () => text.split('\n\n').filter((event) => event.includes('data:'));
    while (found().length < count) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    await reader.cancel();
    return found();
  }

  test('goes on where the client was, with what it missed first', async () => {
    const storage = memory();
    const handler = serve(storage, { ...allow, base: '/state' });
    const driver = http('http://localhost/state', { fetch: into(handler) });
    await driver.set('a', '1');
    const { head } = await driver.changes();
    await driver.set('b', '1');
    const response = await handler(at(':watch', { headers: { 'last-event-id': `${head}` } }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reading = events(response, 2);
    await driver.set('c', '1');
    expect(await reading).toEqual([
      `id: ${head + 1}\ndata: {"type":"change","keys":["b"],"sequence":${head + 1}}`,
      `id: ${head + 2}\ndata: {"type":"change","keys":["c"],"sequence":${head + 2}}`,
    ]);
    const future = await handler(at(':watch?after=999'));
    expect(await events(future, 1)).toEqual([`id: ${head + 2}\ndata: {"type":"reset","sequence":${head + 2}}`]);
  });

  test('lets go of everything when the reader leaves, is too slow, or was here too long', async () => {
    let open = 0;
    const shared = memory();
    const storage = {
      ...shared,
      watch: async (listener: (change: DriverChange) => void) => {
        open++;
        tell = listener;
        return () => void open--;
      },
    };
    let tell: (change: DriverChange) => void = () => {};
    const handler = serve(storage, { ...allow, base: '/state', lifetimeMs: 50, limits: { feeds: 1, perSecond: 1e6, burst: 1e6 } });
    const left = await handler(at(':watch'));
    await expect.poll(() => open).toBe(1);
    expect((await handler(at(':watch'))).status).toBe(429);
    await left.body?.cancel();
    await expect.poll(() => open).toBe(0);

    const aborting = new AbortController();
    await handler(at(':watch', { signal: aborting.signal }));
    await expect.poll(() => open).toBe(1);
    aborting.abort();
    await expect.poll(() => open).toBe(0);

    await handler(at(':watch'));
    await expect.poll(() => open).toBe(1);
    for (let turn = 0; turn < 1_000; turn++) tell({ type: 'change', keys: [`${encodePath(['shared'])}key`], sequence: turn });
    await expect.poll(() => open).toBe(0);

    const old = await handler(at(':watch'));
    expect(await events(old, 1)).toEqual([]);
    expect(open).toBe(0);
  });
});
