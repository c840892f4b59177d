import { StoreError } from '../errors.ts';

/** How much one caller may ask for. */
export interface Limits {
  /** Of a request's body, in bytes; blobs have a limit of their own. @default 1_000_000 */
  readonly bodyBytes: number;
  /** Of a blob, in bytes. @default 100_000_000 */
  readonly blobBytes: number;
  /** Keys, operations, conditions of one request. @default 1_000 */
  readonly batch: number;
  /** How deep JSON may be nested. @default 64 */
  readonly depth: number;
  /** Of a key, in UTF-16 units. @default 1_024 */
  readonly keyLength: number;
  /** Requests of one namespace within a second, over time. @default 200 */
  readonly perSecond: number;
  /** … and at once. @default 400 */
  readonly burst: number;
  /** Open feeds of one namespace. @default 100 */
  readonly feeds: number;
}

export const LIMITS: Limits = {
  bodyBytes: 1_000_000,
  blobBytes: 100_000_000,
  batch: 1_000,
  depth: 64,
  keyLength: 1_024,
  perSecond: 200,
  burst: 400,
  feeds: 100,
};

/** A refusal with a status of HTTP. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/** The body as text. Counted while it arrives: what a client says of its length may be missing or wrong. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let text = '';
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new Refusal(413, 'TOO_LARGE', `Cannot take more than ${maxBytes} bytes at once`);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? new StoreError('INVALID_ARGUMENT', 'Cannot read the body as UTF-8') : error;
  }
}

/** The body as it arrives. */
export async function* chunksOf({ body }: Request): AsyncIterable<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) yield step.value;
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** Counts brackets before anything is parsed: deep nesting exhausts the stack of whoever reads it later. */
export function parseJson(text: string, maxDepth: number): unknown {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (isText && char === '\\') at++;
    else if (char === '"') isText = !isText;
    else if (isText) continue;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    if (depth > maxDepth) throw new StoreError('INVALID_ARGUMENT', `Cannot take JSON that is nested deeper than ${maxDepth}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new StoreError('INVALID_ARGUMENT', 'Cannot read the body as JSON');
  }
}

/** Lets so many calls a second pass for each name, and a burst at once. Forgets who has been silent. */
export function rateLimit(perSecond: number, burst: number, now: () => number): (name: string) => boolean {
  const buckets = new Map<string, { left: number; atMs: number }>();
  const fullAfterMs = (burst / perSecond) * 1_000;
  let sweptAtMs = now();
  return (name) => {
    const atMs = now();
    if (atMs - sweptAtMs > fullAfterMs) {
      for (const [other, bucket] of buckets) if (atMs - bucket.atMs > fullAfterMs) buckets.delete(other);
      sweptAtMs = atMs;
    }
    const before = buckets.get(name) ?? { left: burst, atMs };
    const left = Math.min(burst, before.left + ((atMs - before.atMs) * perSecond) / 1_000);
    buckets.set(name, { left: left < 1 ? left : left - 1, atMs });
    return left >= 1;
  };
}
