import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { WireError } from '../wire.ts';

export interface HttpOptions {
  /** Sent with every request, for example `authorization`; called each time where it is a function. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** How long a call may take, with all its tries, before it fails with `TIMEOUT`, in milliseconds. @default 10_000 */
  timeoutMs?: number;
  /** A feed that says nothing for so long is taken for dead, in milliseconds. @default 40_000 */
  silenceMs?: number;
  /** @default the global one */
  fetch?: typeof fetch;
}

const CODES: readonly string[] = [
  'CLOSED',
  'CORRUPT',
  'DENIED',
  'INVALID_ARGUMENT',
  'QUOTA',
  'TIMEOUT',
  'UNAVAILABLE',
  'UNSUPPORTED_VALUE',
];

/** What a server said, as an error of ours. */
export function errorOf({ code, message }: WireError): StoreError {
  if (code === 'TOO_LARGE') return new StoreError('QUOTA', `Cannot use the server: ${message}`);
  return new StoreError(CODES.includes(code) ? (code as StoreErrorCode) : 'UNAVAILABLE', `Cannot use the server: ${message}`);
}

/** Whether the same may work a moment later. */
export const isPassing = ({ code }: StoreError): boolean => code === 'UNAVAILABLE' || code === 'TIMEOUT' || code === 'CLOSED';

export interface Http {
  /** One POST, tried again with growing pauses until it is answered, refused, or too late. To be used for what may be done twice. */
  post<Answer>(route: string, body: unknown): Promise<Answer>;
  /** One request with bytes, or for some; 404 is an answer. */
  transfer(route: string, init: RequestInit, ms: number): Promise<Response>;
  /** The stream of a feed. */
  open(route: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

const FIRST_PAUSE_MS = 50;

export function http(url: string, { headers = {}, timeoutMs = 10_000, fetch: given }: HttpOptions): Http {
  const base = url.replace(/\/+$/, '');
  const send: typeof fetch = (input, init) => (given ?? globalThis.fetch)(input, init);
  const ownHeaders = async (): Promise<Record<string, string>> => (typeof headers === 'function' ? headers() : headers);

  async function answerOf(response: Response): Promise<unknown> {
    if (response.ok) return response.json();
    const text = await response.text();
    let error: WireError | undefined;
    try {
      error = JSON.parse(text).error;
    } catch {} // a proxy's page
    if (response.status === 401 || response.status === 403) throw errorOf({ message: 'it does not allow this', ...error, code: 'DENIED' });
    // 429 and what a proxy says while the server is away pass by.
    throw errorOf(error ?? { code: 'UNAVAILABLE', message: `it answers ${response.status}` });
  }

  async function attempt(route: string, body: string, ms: number): Promise<unknown> {
    try {
      const init = { method: 'POST', body, headers: { ...(await ownHeaders()), 'content-type': 'application/json' } };
      return await answerOf(await send(`${base}/${route}`, { ...init, signal: AbortSignal.timeout(Math.max(1, Math.ceil(ms))) }));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const isLate = (error as { name?: string }).name === 'TimeoutError';
      throw new StoreError(isLate ? 'TIMEOUT' : 'UNAVAILABLE', `Cannot reach the server${isLate ? ': no answer in time' : ''}`, {
        cause: error,
      });
    }
  }

  return {
    async post<Answer>(route: string, body: unknown) {
      const text = JSON.stringify(body);
      const endMs = Date.now() + timeoutMs;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
        try {
          // A connection that is half open never answers: each try gets a third, so that there is another one.
          return (await attempt(route, text, Math.min(timeoutMs / 3, endMs - Date.now()))) as Answer;
        } catch (error) {
          if (!isPassing(error as StoreError) || Date.now() + pauseMs >= endMs) throw error;
          await new Promise((resume) => setTimeout(resume, pauseMs * (0.5 + Math.random() / 2)));
        }
      }
    },
    async transfer(route, init, ms) {
      try {
        const headers = { ...(await ownHeaders()), ...(init.headers as Record<string, string>) };
        const response = await send(`${base}/${route}`, { ...init, headers, signal: AbortSignal.timeout(ms) });
        if (!response.ok && response.status !== 404) await answerOf(response);
        return response;
      } catch (error) {
        throw error instanceof StoreError ? error : new StoreError('UNAVAILABLE', 'Cannot reach the server', { cause: error });
      }
    },
    async open(route, signal) {
      const response = await send(`${base}/${route}`, { signal, headers: { ...(await ownHeaders()), accept: 'text/event-stream' } });
      if (!response.ok || !response.body) {
        await answerOf(response);
        throw new StoreError('UNAVAILABLE', 'Cannot follow the server: it gives no stream');
      }
      return response.body;
    },
  };
}
