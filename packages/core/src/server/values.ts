import { json } from '../codecs/json.ts';
import type { Check, Commit, Operation, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';
import { cloneFormat, packSet, type RecordFormat, textFormat } from '../record.ts';
import type { Guarded } from './guarded.ts';
import { type Limits, parseJson, Refusal, readText } from './limits.ts';

// Plain REST for people, and for `kv('https://…')` of polystore: the values of `kv(storage)`, as JSON.
//   GET /            all, as an object; ?prefix= only those whose key begins so, without it
//   GET /<key>       a value, with its version as ETag; 404
//   PUT /<key>       JSON; ?expires= seconds; If-Match, If-None-Match: *; 412
//   DELETE /<key>    If-Match; 412

const SPACE = 'kv';
const pathOf = (key: string): string => encodePath([SPACE, key]);

export async function serveValues(
  request: Request,
  key: string,
  query: URLSearchParams,
  guard: Guarded,
  storage: Pick<StorageDriver, 'holds' | 'codec'>,
  limits: Limits,
  now: () => number,
): Promise<Response> {
  const format = storage.holds === 'clone' ? cloneFormat : (textFormat(storage.codec ?? json) as RecordFormat);
  const isWrite = request.method === 'PUT' || request.method === 'DELETE';

  function live(raw: unknown): unknown {
    const { value, expiresAtMs } = format.unpack(raw);
    return expiresAtMs !== undefined && expiresAtMs <= now() ? undefined : value;
  }

  async function list(): Promise<Response> {
    const prefix = query.get('prefix') ?? '';
    const start = encodePath([SPACE]);
    const found: Record<string, unknown> = Object.create(null);
    let next: string | undefined;
    for (let pages = 0; pages === 0 || next !== undefined; pages++) {
      if (pages === 10) throw new Refusal(413, 'TOO_LARGE', `Cannot list more than ${limits.batch * 10} values at once: ask for a prefix`);
      const range = {
        prefix: start + encodePath([prefix]).slice(0, -1),
        limit: limits.batch,
        ...(next === undefined ? {} : { after: next }),
      };
      const page = await guard.list(range);
      for (const { key: path, value: raw } of page.entries) {
        const [name, ...deeper] = decodePath(path.slice(start.length));
        const value = name === undefined || deeper.length > 0 ? undefined : live(raw);
        if (value !== undefined) found[(name as string).slice(prefix.length)] = value;
      }
      next = page.next;
    }
    return Response.json(found);
  }

  /** What the request demands of the entry that is there, as it was a moment ago. Throws where that is not so now. */
  async function conditions(): Promise<Check[]> {
    const match = request.headers.get('if-match');
    const none = request.headers.get('if-none-match');
    if (match === null && (none === null || !isWrite)) return [];
    const [entry] = await guard.get([pathOf(key)]);
    const isThere = entry !== undefined && live(entry.value) !== undefined;
    const holds = match === null ? !isThere : isThere && (match === '*' || match === tag(entry?.version));
    if (!holds) throw new Refusal(412, 'CONFLICT', 'The value is another one than the condition says');
    return [{ key: pathOf(key), version: entry?.version }];
  }

  async function write(operation: Operation<unknown>): Promise<Response> {
    await guard.demand([operation as Operation], {});
    const checks = await conditions();
    const done: Commit | undefined = await guard.commit([operation as Operation], checks.length > 0 ? { checks } : {});
    if (!done) throw new Refusal(412, 'CONFLICT', 'The value was changed meanwhile');
    return Response.json(key);
  }

  if (key === '') {
    if (request.method === 'GET') return list();
    throw new Refusal(405, 'INVALID_ARGUMENT', 'Cannot do this to all values at once');
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    const [entry] = await guard.get([pathOf(key)]);
    const value = entry && live(entry.value);
    if (value === undefined) throw new Refusal(404, 'NOT_FOUND', 'There is no such value');
    const headers = entry?.version === undefined ? {} : { etag: tag(entry.version) };
    if (request.headers.get('if-none-match') === tag(entry?.version)) return new Response(null, { status: 304, headers });
    return Response.json(value, { headers });
  }
  if (request.method === 'DELETE') return write({ type: 'delete', key: pathOf(key) });
  const value = parseJson(await readText(request, limits.bodyBytes), limits.depth);
  const seconds = query.has('expires') ? Number(query.get('expires')) : undefined;
  if (Number.isNaN(seconds)) throw new StoreError('INVALID_ARGUMENT', 'Cannot read the expiry: write seconds');
  // As with polystore: nothing, and what has no time to live, is a deletion.
  if (value === null || (seconds !== undefined && seconds <= 0)) return write({ type: 'delete', key: pathOf(key) });
  const expiresAtMs = seconds === undefined || seconds === Number.POSITIVE_INFINITY ? undefined : now() + seconds * 1_000;
  return write(await packSet(format, pathOf(key), { value, version: 1, expiresAtMs }));
}

const tag = (version: string | undefined): string => `"${version}"`;
