import { StoreError } from '../errors.ts';
import type { CloudflareNamespace, CloudflarePage } from './cloudflare-kv.ts';

export interface CloudflareApiOptions {
  account: string;
  namespace: string;
  /** An API token that may edit Workers KV Storage. */
  token: string;
  /** @default Cloudflare's */
  url?: string;
  /** How long an answer may take. @default 10000 */
  timeoutMs?: number;
}

/** A KV namespace outside of Workers, over Cloudflare's REST API: `cloudflareKv(cloudflareApi({ account, namespace, token }))`. */
export function cloudflareApi({
  account,
  namespace,
  token,
  url = 'https://api.cloudflare.com/client/v4',
  timeoutMs = 10_000,
}: CloudflareApiOptions): CloudflareNamespace {
  const base = `${url}/accounts/${encodeURIComponent(account)}/storage/kv/namespaces/${encodeURIComponent(namespace)}`;

  async function call(path: string, init: RequestInit = {}, accepted?: number): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(base + path, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok || response.status === accepted) return response;
    const code = response.status === 401 || response.status === 403 ? 'DENIED' : response.status === 413 ? 'QUOTA' : 'UNAVAILABLE';
    throw new StoreError(code, `Cannot use Cloudflare KV: its API answers ${response.status}`);
  }

  async function get(key: string): Promise<string | null>;
  async function get(keys: string[]): Promise<Map<string, string | null>>;
  async function get(asked: string | string[]): Promise<string | null | Map<string, string | null>> {
    if (typeof asked === 'string') {
      const response = await call(`/values/${nameInPath(asked)}`, {}, 404);
      return response.ok ? response.text() : null;
    }
    const body = JSON.stringify({ keys: asked });
    const response = await call('/bulk/get', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const { result } = (await response.json()) as { result: { values: Record<string, string | null> } };
    return new Map(Object.entries(result.values));
  }

  return {
    get,
    async put(key, value, { expiration } = {}) {
      const query = expiration === undefined ? '' : `?expiration=${expiration}`;
      await call(`/values/${nameInPath(key)}${query}`, { method: 'PUT', body: value, headers: { 'content-type': 'text/plain' } });
    },
    async delete(key) {
      await call(`/values/${nameInPath(key)}`, { method: 'DELETE' });
    },
    async list({ prefix, cursor }): Promise<CloudflarePage> {
      const response = await call(`/keys?${new URLSearchParams({ prefix, ...(cursor ? { cursor } : {}) })}`);
      const { result, result_info } = (await response.json()) as { result: { name: string }[]; result_info?: { cursor?: string } };
      const next = result_info?.cursor;
      return { keys: result, list_complete: !next, ...(next ? { cursor: next } : {}) };
    },
  };
}

/** A URL eats `.` and `..` as parts of a path, also percent-encoded ones: no key of ours is one of them, because of its end. */
function nameInPath(key: string): string {
  if (key === '.' || key === '..') throw new StoreError('INVALID_ARGUMENT', `Cannot use the key "${key}" over this API`);
  return encodeURIComponent(key);
}
