import type { Entry, StorageDriver } from '../driver.ts';
import { StoreError } from '../errors.ts';

export interface CookieOptions {
  /** @default '/' */
  path?: string;
  /** Also for the hosts below this one. @default this host only */
  domain?: string;
  /** @default true on https */
  secure?: boolean;
  /** @default 'lax' */
  sameSite?: 'strict' | 'lax' | 'none';
  /** `session`: until the browser ends. @default 'durable', for the 400 days that browsers allow; Safari deletes after 7 days */
  keeps?: 'durable' | 'session';
}

/** What is asked of the CookieStore API, where there is one. */
interface CookieFeed {
  getAll(): Promise<readonly { readonly name?: string; readonly value?: string }[]>;
  addEventListener(type: 'change', listener: (event: CookieChange) => void): void;
  removeEventListener(type: 'change', listener: (event: CookieChange) => void): void;
}
type CookieChange = Event & Record<'changed' | 'deleted', readonly { readonly name?: string }[]>;

/** Browsers refuse more, and say nothing. */
const MAX_BYTES = 4_096;
/** Of one site, by RFC 6265; the browsers of today keep some 180. */
const MAX_ENTRIES = 50;
const LONGEST_MS = 400 * 86_400_000;

/**
 * Entries in the cookies of the page. Read without waiting, and by the server with every request: a few small values only, such
 * as a theme or a language, never a secret. 4 kB each, some 50 for the whole site. What `HttpOnly` hides is not seen.
 */
export function cookies({
  path = '/',
  domain,
  secure = globalThis.location?.protocol === 'https:',
  sameSite = 'lax',
  keeps = 'durable',
}: CookieOptions = {}): StorageDriver<string> {
  const feed = (globalThis as { cookieStore?: CookieFeed }).cookieStore;
  for (const [name, value] of Object.entries({ path, domain, sameSite }))
    if (/[;,\s]|[^\x20-\x7e]/.test(value ?? '')) throw new StoreError('INVALID_ARGUMENT', `Cannot use this ${name} for cookies`);
  if (sameSite === 'none' && !secure)
    throw new StoreError('INVALID_ARGUMENT', 'Cannot use cookies with sameSite "none" that are not secure: browsers drop them');
  const attributes = `; Path=${path}${domain ? `; Domain=${domain}` : ''}; SameSite=${sameSite}${secure ? '; Secure' : ''}`;

  function jar(): Document {
    if (typeof document === 'undefined') throw new StoreError('DENIED', 'Cannot use cookies here: there is no page');
    return document;
  }

  function all(): Entry[] {
    let text: string;
    try {
      text = jar().cookie;
    } catch (cause) {
      throw denied(cause);
    }
    return entriesOf(text.split('; ').map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
  }

  /** WebKit's `document.cookie` shows for some milliseconds what was there before the last write (2 of 300 reads); its CookieStore does not. */
  async function allNow(): Promise<Entry[]> {
    if (!feed) return all();
    const found = await feed.getAll().catch((cause: unknown) => Promise.reject(denied(cause)));
    return entriesOf(found.map(({ name = '', value = '' }) => [name, value]));
  }

  const getSync = (key: string): string | undefined => all().find((entry) => entry.key === key)?.value;

  function put(key: string, value: string | undefined, expires: string): void {
    const pair = `${nameOf(key)}=${encodeURIComponent(value ?? '')}`;
    if (pair.length > MAX_BYTES)
      throw new StoreError('QUOTA', `Cannot keep more than ${MAX_BYTES} bytes in a cookie, its name counted: take another storage`);
    jar().cookie = pair + attributes + expires;
    // Browsers drop a cookie without a word.
    if (getSync(key) !== value)
      throw new StoreError('DENIED', 'Cannot write the cookie: the browser dropped it. Cookies are blocked, or path or domain do not fit');
  }

  return {
    name: 'cookies',
    holds: 'text',
    limits: { keeps, evicts: true, maxValueBytes: MAX_BYTES, maxEntries: MAX_ENTRIES },
    getSync,
    async get(key) {
      return (await allNow()).find((entry) => entry.key === key);
    },
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const found = (await allNow()).filter(({ key }) => key.startsWith(prefix) && key > after);
      yield found.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
    },
    async set(key, value, { expiresAtMs } = {}) {
      // Whole seconds; the exact deadline is in the value.
      const lasting = keeps === 'durable' ? Date.now() + LONGEST_MS : undefined;
      const atMs = expiresAtMs === undefined ? lasting : expiresAtMs + 1_000;
      put(key, value, atMs === undefined ? '' : `; Expires=${new Date(atMs).toUTCString()}`);
    },
    async delete(key) {
      put(key, undefined, '; Expires=Thu, 01 Jan 1970 00:00:00 GMT');
    },
    ...(feed && {
      async watch(listener) {
        const onChange = ({ changed, deleted }: CookieChange): void => {
          const keys = [...changed, ...deleted].flatMap(({ name }) => decoded(name ?? '') ?? []);
          if (keys.length > 0) listener({ type: 'change', keys });
        };
        feed.addEventListener('change', onChange);
        return () => feed.removeEventListener('change', onChange);
      },
    }),
  };
}

/** Those that others have set in a form of their own are left out. */
function entriesOf(pairs: readonly (readonly [name: string, value: string])[]): Entry[] {
  const found = new Map<string, Entry>();
  for (const [name, text] of pairs) {
    const [key, value] = [decoded(name), decoded(text)];
    // The first of several with one name is the one of the nearest path.
    if (key && value !== undefined && !found.has(key)) found.set(key, { key, value });
  }
  return [...found.values()];
}

function denied(cause: unknown): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('DENIED', 'Cannot read cookies here', { cause });
}

/** Without the beginnings `__Host-` and `__Secure-`, which mean something to browsers. */
function nameOf(key: string): string {
  try {
    return encodeURIComponent(key)
      .replace(/^__/, '%5F_')
      .replaceAll(/[()]/g, (c) => (c === '(' ? '%28' : '%29'));
  } catch (cause) {
    throw new StoreError('INVALID_ARGUMENT', 'Cannot use a key with half a surrogate pair', { cause });
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
