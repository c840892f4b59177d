import type { Kv } from '../kv/kv.ts';

/** What is asked of what axios-cache-interceptor keeps under a key. */
export interface AxiosCacheValue {
  readonly state: string;
  readonly createdAt?: number | undefined;
  readonly ttl?: number | undefined;
  readonly staleTtl?: number | undefined;
}

/** What `buildStorage` of axios-cache-interceptor takes. */
export interface AxiosCacheStorage {
  find(key: string): Promise<never | undefined>;
  set(key: string, value: AxiosCacheValue): Promise<void>;
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
}

/** What is over may still be asked about (`ETag`, `staleIfError`), for an hour at least. */
const STALE_MS = 3_600_000;
/** A request that has not ended by then never will: its process is gone. */
const LOADING_MS = 60_000;

/** A storage for axios-cache-interceptor: `setupCache(axios, { storage: buildStorage(axiosStorage(kv(driver).prefix('http'))) })`. */
export function axiosStorage(store: Kv): AxiosCacheStorage {
  return {
    find: (key) => store.get(key) as Promise<never | undefined>,
    async set(key, value) {
      const { state, createdAt, ttl, staleTtl } = value;
      const endMs = createdAt === undefined || ttl === undefined ? undefined : createdAt + ttl + Math.max(staleTtl ?? 0, STALE_MS);
      const leftMs = state === 'loading' ? LOADING_MS : endMs === undefined ? undefined : Math.max(0, endMs - Date.now());
      await store.set(key, plain(value), leftMs === undefined || !Number.isFinite(leftMs) ? {} : { expires: leftMs });
    },
    async remove(key) {
      await store.delete(key);
    },
    clear: () => store.clear(),
  };
}

/** As JSON would write it (headers are an object of a class there), but binary data and dates stay what they are. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || !value) return value;
  if (Array.isArray(value)) return value.map(plain);
  const { toJSON } = value as { toJSON?: () => unknown };
  if (typeof toJSON === 'function' && !(value instanceof Date)) return plain(toJSON.call(value));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [[name, plain(item)]])));
}
