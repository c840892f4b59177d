import type { Commit, Operation, SharedStorage, StorageDriver } from '../driver.ts';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import { namespaced } from '../namespaced.ts';
import type { WireError, WireResult } from '../wire.ts';
import { forgetBlobs, serveBlob } from './blobs.ts';
import { bodies } from './bodies.ts';
import { eventStream, hub, tenantHub } from './feed.ts';
import { type Guarded, guarded, type May } from './guarded.ts';
import { LIMITS, type Limits, parseJson, Refusal, rateLimit, readText } from './limits.ts';
import { forgetSilent, once } from './once.ts';
import { corsHeaders, refuseForeign } from './origin.ts';
import { serveValues } from './values.ts';

/** Who asks: what `identify` found out, and at least whose data it is about. */
export interface Caller {
  /** All that the caller can reach lies in it, and no other namespace sees any of it. */
  readonly namespace: string;
}

type Awaitable<T> = T | PromiseLike<T>;

export interface ServeOptions<Context extends Caller> {
  /**
   * Whether the caller may read or write a key. Only `true` allows: anything else, and an error, denies. Asked for every key, also
   * of conditions, lists and feeds. Keys are those of the driver: `decodePath(key)` gives `[store, key]` for a key of a store.
   */
  authorize(context: Context, operation: 'read' | 'write', namespace: string, key: string): Awaitable<boolean>;
  /** Finds out who asks, from a cookie or a token of the request. `undefined`: nobody, 401. @default everyone, in one namespace `shared` */
  identify?(request: Request): Awaitable<Context | undefined>;
  /** The path below which this is mounted, for example `/state`. @default '' */
  base?: string;
  /** Origins of other sites that may ask, for example `https://app.example`. @default none */
  origins?: readonly string[];
  limits?: Partial<Limits>;
  /** Feeds show that they are alive so often, in milliseconds. @default 15_000 */
  heartbeatMs?: number;
  /** Feeds end after so long, and the client is asked again who it is, in milliseconds. @default 600_000 */
  lifetimeMs?: number;
  /** Hears what went wrong; the caller is told none of it. */
  onError?(error: unknown): void;
  /** Milliseconds since 1970. @default Date.now */
  now?(): number;
}

const SWEEP_EVERY = 1_000;

const STATUS: Partial<Record<StoreErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  UNSUPPORTED_VALUE: 400,
  DENIED: 403,
  QUOTA: 507,
  TIMEOUT: 504,
  CORRUPT: 500,
};

/**
 * A storage over HTTP, for the `http` driver, and as plain REST for everything else: `(request) => Promise<Response>`, which mounts
 * in Hono, Node, Deno, Bun and Workers. `storage` must number its commits: Redis, PostgreSQL, etcd, SQLite, memory.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function serve<Context extends Caller = Caller>(
  storage: StorageDriver<never> | StorageDriver<string> | StorageDriver,
  options: ServeOptions<Context>,
): (request: Request) => Promise<Response> {
  const { authorize, identify = () => ({ namespace: 'shared' }) as Context, base = '', origins = [], onError, now = Date.now } = options;
  if (typeof authorize !== 'function')
    throw new StoreError('INVALID_ARGUMENT', 'Cannot serve without `authorize`: say who may read and write what');
  if (!storage.commit || !storage.changes)
    throw new StoreError('INVALID_ARGUMENT', `Cannot serve "${storage.name}": it does not number its commits`);
  const driver = storage as unknown as SharedStorage;
  const limits = { ...LIMITS, ...options.limits };
  const read = bodies(limits);
  const isWithinRate = rateLimit(limits.perSecond, limits.burst, now);
  const changes = hub(driver);
  const feeds = new Map<string, number>();
  let commits = 0;

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) throw new Refusal(404, 'NOT_FOUND', 'There is nothing here');
    refuseForeign(request, url, origins);
    const context = await identify(request);
    if (typeof context?.namespace !== 'string') throw new Refusal(401, 'DENIED', 'Cannot tell who asks');
    const { namespace } = context;
    if (!isWithinRate(namespace)) throw new Refusal(429, 'TOO_MANY', 'Too many requests: wait a second');
    const may: May = async (operation, key) => (await authorize(context, operation, namespace, key)) === true;
    const space = namespaced(driver, namespace) as SharedStorage;
    const guard = guarded(space, may);
    const route = url.pathname.slice(base.length + 1);
    if (route === ':watch' && request.method === 'GET') return watch(request, url, namespace, guard);
    if (route === ':blob') {
      const key = read.key(url.searchParams.get('key') ?? '');
      return serveBlob(request, key, url.searchParams.get('id'), guard, space, limits, now);
    }
    if (!route.startsWith(':')) return values(request, url, route, namespace, guard);
    if (request.method !== 'POST') throw new Refusal(405, 'INVALID_ARGUMENT', 'Cannot do this: only POST');
    // What a form of another site can send is none of these.
    if (!/^application\/json\b/.test(request.headers.get('content-type') ?? ''))
      throw new Refusal(415, 'INVALID_ARGUMENT', 'Cannot read anything but application/json');
    const body = parseJson(await readText(request, limits.bodyBytes), limits.depth);
    if (route === ':get') return Response.json({ entries: (await guard.get(read.keys(body))).map((entry) => entry ?? null) });
    if (route === ':list') return Response.json(await guard.list(read.range(body)));
    if (route === ':changes') return Response.json(await guard.changes(read.after(body)));
    if (route === ':commit') return commit(body, namespace, guard, space);
    throw new Refusal(404, 'NOT_FOUND', 'There is nothing here');
  }

  async function commit(body: unknown, namespace: string, guard: Guarded, space: SharedStorage): Promise<Response> {
    // Now and then; what fails here, the next time does.
    if (commits++ % SWEEP_EVERY === 0)
      void forgetSilent(space, now)
        .then(() => forgetBlobs(space, now))
        .catch(() => {});
    const { client, commits: asked } = read.commits(body);
    const results: WireResult[] = [];
    for (const each of asked) {
      try {
        await guard.demand(each.operations, each);
        const done = await once(space, client, each, now);
        results.push(done ?? null);
        tell(namespace, each.operations, done);
      } catch (error) {
        results.push({ error: describe(error).error });
        break;
      }
    }
    return Response.json({ results });
  }

  /** For who listens, where the storage itself tells nobody. */
  function tell(namespace: string, operations: readonly Operation[], done: Commit | undefined): void {
    if (done?.sequence === undefined) return;
    const keys = operations.map(({ key }) => encodePath([namespace]) + key);
    changes.tell({ type: 'change', keys, sequence: done.sequence });
  }

  async function values(request: Request, url: URL, route: string, namespace: string, guard: Guarded): Promise<Response> {
    let key: string;
    try {
      key = read.key(decodeURIComponent(route));
    } catch (error) {
      throw error instanceof URIError ? new StoreError('INVALID_ARGUMENT', 'Cannot read the key in the address') : error;
    }
    const telling: Guarded = {
      ...guard,
      async commit(operations, options) {
        const done = await guard.commit(operations, options);
        tell(namespace, operations, done);
        return done;
      },
    };
    return serveValues(request, key, url.searchParams, telling, driver, limits, now);
  }

  function watch(request: Request, url: URL, namespace: string, guard: Guarded): Response {
    const open = feeds.get(namespace) ?? 0;
    if (open >= limits.feeds) throw new Refusal(429, 'TOO_MANY', 'Too many open feeds');
    feeds.set(namespace, open + 1);
    const after = request.headers.get('last-event-id') ?? url.searchParams.get('after');
    const stream = eventStream(guard, tenantHub(changes, namespace), {
      after: after !== null && /^\d{1,16}$/.test(after) ? Number(after) : undefined,
      signal: request.signal,
      heartbeatMs: options.heartbeatMs ?? 15_000,
      lifetimeMs: options.lifetimeMs ?? 600_000,
      onEnd: () => {
        const left = (feeds.get(namespace) ?? 1) - 1;
        if (left > 0) feeds.set(namespace, left);
        else feeds.delete(namespace);
      },
    });
    // Proxies hold a stream back unless they are told.
    return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
  }

  /** What the caller may know: our own words for what it did wrong, and no more than a code for what went wrong here. */
  function describe(error: unknown): { status: number; error: WireError } {
    if (error instanceof Refusal) return { status: error.status, error: { code: error.code, message: error.message } };
    const code = error instanceof StoreError ? error.code : 'UNAVAILABLE';
    const status = STATUS[code] ?? 503;
    if (status >= 500) onError?.(error);
    return { status, error: { code, message: status < 500 ? (error as StoreError).message : 'The storage failed' } };
  }

  return async (request) => {
    let response: Response;
    try {
      response = request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await answer(request);
    } catch (thrown) {
      const { status, error } = describe(thrown);
      response = Response.json({ error }, { status, headers: status === 429 ? { 'retry-after': '1' } : {} });
    }
    const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', vary: 'origin' };
    for (const [name, value] of Object.entries({ ...always, ...corsHeaders(request, origins) })) response.headers.set(name, value);
    return response;
  };
}
