import { describe, expect, test } from 'vitest';
import type { SharedStorage } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { decodePath, encodePath } from '../key-path.ts';
import { serve } from './serve.ts';

/** Who asks, as their token says, and what they may do with keys of the store `app`. */
const callers = {
  owner: { namespace: 'a', may: ['read', 'write'] },
  reader: { namespace: 'a', may: ['read'] },
  writer: { namespace: 'a', may: ['write'] },
  guest: { namespace: 'a', may: [] },
  neighbour: { namespace: 'b', may: ['read', 'write'] },
  longer: { namespace: 'a!app', may: ['read', 'write'] },
  nameless: { namespace: '', may: ['read', 'write'] },
  nobody: undefined,
} as const;
type Name = keyof typeof callers;

const SECRET = 'only for a';
const blobOf = (key: string): string => `:blob?key=${encodeURIComponent(key)}&id=blob-of-a`;
const path = encodePath(['app', 'key']);
const inKv = encodePath(['kv', 'key']);

/** Each way to a key: what it asks for, and what it needs. */
const ways: Record<string, { needs: ('read' | 'write')[]; ask(): [route: string, init: RequestInit] }> = {
  get: { needs: ['read'], ask: () => post(':get', { keys: [path] }) },
  'get among others': { needs: ['read'], ask: () => post(':get', { keys: [encodePath(['app', 'free']), path] }) },
  set: { needs: ['write'], ask: () => commit([{ type: 'set', key: path, value: '"new"' }]) },
  delete: { needs: ['write'], ask: () => commit([{ type: 'delete', key: path }]) },
  append: { needs: ['write'], ask: () => commit([{ type: 'append', key: path, value: '1' }]) },
  trim: { needs: ['write'], ask: () => commit([{ type: 'trim', key: path, sequence: 1 }]) },
  'set with another': {
    needs: ['write'],
    ask: () =>
      commit([
        { type: 'set', key: encodePath(['app', 'free']), value: '1' },
        { type: 'set', key: path, value: '2' },
      ]),
  },
  check: { needs: ['read'], ask: () => commit([], { checks: [{ key: path }] }) },
  untouched: { needs: ['read'], ask: () => commit([], { untouched: { keys: [path], after: 0 } }) },
  'check and set': { needs: ['read', 'write'], ask: () => commit([{ type: 'set', key: path, value: '1' }], { checks: [{ key: path }] }) },
  'GET value': { needs: ['read'], ask: () => ['key', {}] },
  'HEAD value': { needs: ['read'], ask: () => ['key', { method: 'HEAD' }] },
  'PUT value': { needs: ['write'], ask: () => ['key', { method: 'PUT', body: '"new"' }] },
  'PUT value if none': {
    needs: ['read', 'write'],
    ask: () => ['key', { method: 'PUT', body: '"new"', headers: { 'if-none-match': '*' } }],
  },
  'PUT blob': { needs: ['write'], ask: () => [blobOf(path), { method: 'PUT', body: 'new' }] },
  'GET blob': { needs: ['read'], ask: () => [blobOf(path), {}] },
  'GET a part of a blob': { needs: ['read'], ask: () => [blobOf(path), { headers: { range: 'bytes=0-' } }] },
  'DELETE value': { needs: ['write'], ask: () => ['key', { method: 'DELETE' }] },
};

/** What leaves out what may not be read, instead of refusing. */
const sweeping: Record<string, () => [route: string, init: RequestInit]> = {
  list: () => post(':list', { prefix: '' }),
  'list of the tenant by its own prefix': () => post(':list', { prefix: encodePath(['a']) }),
  changes: () => post(':changes', { after: 0 }),
  'GET all values': () => ['', {}],
  'GET values by prefix': () => ['?prefix=k', {}],
};

/** Names that a caller may try in order to leave its namespace, or to reach what the server notes. */
const escapes = [
  'a!app!key!',
  '../a!app!key!',
  `${encodePath(['a'])}${path}`,
  '!',
  '',
  ':server!',
  encodePath([':server', 'device-1']),
  encodePath([':blob', path, 'blob-of-a']),
  encodePath([':bytes', path, 'blob-of-a', '00000000']),
  '__proto__',
  '\0',
  '"!',
];

function post(route: string, body: unknown): [string, RequestInit] {
  return [route, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }];
}

let number = 0;
function commit(operations: readonly unknown[], conditions = {}): [string, RequestInit] {
  return post(':commit', { client: 'client-of-tests', commits: [{ number: ++number, operations, ...conditions }] });
}

async function scene(authorize?: (...args: never[]) => unknown) {
  const storage = memory() as unknown as SharedStorage;
  for (const key of [path, inKv]) await storage.set(encodePath(['a']) + key, JSON.stringify(SECRET));
  await storage.commit([{ type: 'append', key: encodePath(['a']) + path, value: SECRET }]);
  const owner = serve(storage, { identify: () => callers.owner, authorize: () => true });
  await owner(new Request(`http://localhost/${blobOf(path)}`, { method: 'PUT', body: SECRET }));
  const before = await dump(storage);
  const handler = serve(storage, {
    base: '/state',
    identify: (request) => callers[request.headers.get('authorization') as Name],
    authorize: (authorize as never) ?? (({ may }: { may: readonly string[] }, operation: string) => may.includes(operation)),
  });
  const ask = ([route, init]: [string, RequestInit], name: Name) =>
    handler(new Request(`http://localhost/state/${route}`, { ...init, headers: { ...init.headers, authorization: name } }));
  return { storage, ask, before };
}

/** Everything that lies in `a`, but for the server's own notes. */
async function dump(storage: SharedStorage): Promise<string> {
  const found: unknown[] = [];
  for await (const batch of storage.list({ prefix: encodePath(['a']) }))
    found.push(...batch.filter(({ key }) => decodePath(key)[1] !== ':server').map(({ key, value }) => [key, value]));
  const { batches } = await storage.changes(0);
  return JSON.stringify([found, batches.filter(({ key }) => key.startsWith(encodePath(['a'])))]);
}

async function wasAllowed(response: Response): Promise<boolean> {
  if (response.status === 401 || response.status === 403) return false;
  const text = await response.text();
  const { results = [] } = text.startsWith('{') ? JSON.parse(text) : {};
  return !results.some((result: { error?: { code: string } } | null) => result?.error?.code === 'DENIED');
}

describe('who may do what', () => {
  for (const [way, { needs, ask: request }] of Object.entries(ways))
    for (const name of Object.keys(callers) as Name[])
      test(`${name}: ${way}`, async () => {
        const { storage, ask, before } = await scene();
        const caller = callers[name];
        const response = await ask(request(), name);
        const copy = response.clone();
        expect(await wasAllowed(response)).toBe(
          caller !== undefined && needs.every((need) => (caller.may as readonly string[]).includes(need)),
        );
        const mayReadA = caller?.namespace === 'a' && (caller.may as readonly string[]).includes('read');
        const mayWriteA = caller?.namespace === 'a' && (caller.may as readonly string[]).includes('write');
        if (!mayReadA) expect(await copy.text()).not.toContain(SECRET);
        if (!mayWriteA) expect(await dump(storage)).toBe(before);
      });

  for (const [way, request] of Object.entries(sweeping))
    for (const name of Object.keys(callers) as Name[])
      test(`${name}: ${way}`, async () => {
        const { ask } = await scene();
        const text = await (await ask(request(), name)).text();
        const caller = callers[name];
        const isSeen = caller?.namespace === 'a' && (caller.may as readonly string[]).includes('read') && !way.includes('own prefix');
        expect(text.includes(SECRET)).toBe(isSeen);
      });

  for (const key of escapes)
    for (const name of ['neighbour', 'longer', 'nameless'] as const)
      test(`${name} does not get out by the key ${JSON.stringify(key)}`, async () => {
        const { storage, ask, before } = await scene();
        for (const request of [
          post(':get', { keys: [key] }),
          post(':list', { prefix: key }),
          post(':list', { prefix: '', after: key }),
          commit([{ type: 'set', key, value: '"stolen"' }]),
          commit([{ type: 'delete', key }]),
          commit([{ type: 'trim', key, sequence: 1e15 }]),
          [encodeURIComponent(key), { method: 'PUT', body: '1' }] as [string, RequestInit],
          [encodeURIComponent(key), {}] as [string, RequestInit],
          [blobOf(key), { method: 'PUT', body: 'stolen' }] as [string, RequestInit],
          [blobOf(key), {}] as [string, RequestInit],
        ])
          expect(await (await ask(request, name)).text()).not.toContain(SECRET);
        expect(await dump(storage)).toBe(before);
      });

  // Only `true` allows.
  const answers = {
    undefined: undefined,
    null: null,
    0: 0,
    1: 1,
    yes: 'yes',
    object: {},
    'a promise of 1': Promise.resolve(1),
    'a response': new Response(),
  };
  for (const [name, answer] of Object.entries(answers))
    for (const [way, { ask: request }] of Object.entries(ways))
      test(`authorize gives ${name}: ${way} is denied`, async () => {
        const { storage, ask, before } = await scene(() => answer);
        expect(await wasAllowed(await ask(request(), 'owner'))).toBe(false);
        expect(await dump(storage)).toBe(before);
      });

  test('what authorize throws denies, and is not told', async () => {
    const { storage, ask, before } = await scene(() => {
      throw new Error('the password of the database');
    });
    for (const { ask: request } of Object.values(ways)) {
      const text = await (await ask(request(), 'owner')).text();
      expect(text).not.toContain('password');
      expect(text).not.toContain(SECRET);
    }
    expect(await dump(storage)).toBe(before);
  });

  test('a server without authorize is none, nor is one without numbered commits', () => {
    expect(() => serve(memory(), {} as never)).toThrow(/INVALID_ARGUMENT/);
    const { changes: _, ...plain } = memory();
    expect(() => serve(plain, { authorize: () => true })).toThrow(/INVALID_ARGUMENT/);
  });
});
