import { StoreError } from '../errors.ts';

// etcd's JSON gateway: keys and values are base64, 64-bit numbers are texts, and what is zero or empty is absent.

export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  /** The revision of the last write, of the first one, and how many there were. */
  readonly mod_revision: string;
  readonly create_revision: string;
  readonly version: string;
}

export interface RangeResponse {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly KeyValue[];
}

export interface TxnResponse {
  readonly header: { readonly revision: string };
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: RangeResponse; readonly response_put?: { readonly prev_kv?: KeyValue } }[];
}

export interface WatchResponse {
  readonly header: { readonly revision: string };
  readonly created?: boolean;
  readonly canceled?: boolean;
  readonly events?: readonly { readonly kv: KeyValue; readonly type?: 'DELETE' }[];
}

export function encode(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

export function decode(base64 = ''): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}

/** One call. @throws what `fetch` throws, and a `StoreError` with the gateway's own words */
export async function post<Response>(base: string, path: string, body: unknown, init: RequestInit): Promise<Response> {
  const response = await fetch(`${base}/v3/${path}`, { ...init, method: 'POST', body: JSON.stringify(body) });
  if (response.ok) return response.json();
  const text = await response.text();
  // Its limits are settings of the server: --max-txn-ops and --max-request-bytes.
  if (/too many operations|too large/.test(text))
    throw new StoreError(
      'QUOTA',
      `Cannot commit to etcd: ${/many/.test(text) ? 'too many operations' : 'too many bytes'} for one transaction`,
    );
  throw new Error(`etcd answers ${response.status}: ${text.slice(0, 200)}`);
}

/** The messages of a watch, from a stream of lines. */
export async function* watchStream(base: string, create: unknown, init: RequestInit): AsyncIterable<WatchResponse> {
  const response = await fetch(`${base}/v3/watch`, { ...init, method: 'POST', body: JSON.stringify({ create_request: create }) });
  if (!response.ok || !response.body) throw new Error(`etcd answers ${response.status}`);
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield JSON.parse(line).result;
  }
}
