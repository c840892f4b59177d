import { type Duration, milliseconds } from '../duration.ts';
import type { Kv } from '../kv/kv.ts';

/** What a session is made of: data, and the cookie that says how long it lives. */
export interface ExpressSession {
  readonly cookie: { readonly expires?: Date | string | null | undefined };
}

/** What is asked of express-session: its class of stores. */
export interface ExpressSessionModule<Store extends object> {
  readonly Store: abstract new () => Store;
}

export interface SessionOptions {
  /** How long a session lives whose cookie does not say so. @default '1d' */
  expires?: Duration;
}

type Callback<T = unknown> = (error: unknown, result?: T) => void;

/** What an express-session store has beside what its class gives it. */
export interface ExpressStore {
  get(id: string, callback: Callback): void;
  set(id: string, session: ExpressSession, callback?: Callback): void;
  touch(id: string, session: ExpressSession, callback?: Callback): void;
  destroy(id: string, callback?: Callback): void;
  all(callback: Callback<unknown[]>): void;
  length(callback: Callback<number>): void;
  clear(callback?: Callback): void;
}

/**
 * A store for express-session: `session({ store: expressSessions(session, kv(driver).prefix('sessions')) })`. A session lives as
 * long as its cookie. What is not changed but seen again gets a new deadline and keeps what others have written meanwhile; a session
 * that was destroyed meanwhile stays so.
 */
export function expressSessions<Store extends object>(
  session: ExpressSessionModule<Store>,
  store: Kv,
  { expires = '1d' }: SessionOptions = {},
): Store & ExpressStore {
  const lifetimeMs = milliseconds(expires);

  /** In milliseconds from now; what is over already is 0. */
  function lifetimeOf({ cookie }: ExpressSession): number {
    const atMs = cookie.expires ? new Date(cookie.expires).getTime() : Number.NaN;
    return Number.isNaN(atMs) ? lifetimeMs : Math.max(0, atMs - Date.now());
  }

  /** The result goes to the callback, in a turn of its own: what the callback throws is no failure of the store. */
  function answer<T>(work: Promise<T>, callback?: Callback<T>): void {
    work.then(
      (result) => queueMicrotask(() => callback?.(null, result)),
      (error) => queueMicrotask(() => callback?.(error)),
    );
  }

  const Base = session.Store as new () => Store;
  return Object.assign(new Base(), {
    get: (id: string, callback: Callback) => answer(store.get(id), callback),
    // Data without its methods, as it is in this turn: the request goes on with the object.
    set: (id: string, data: ExpressSession, callback?: Callback) =>
      answer(store.set(id, plain(data), { expires: lifetimeOf(data) }), callback),
    touch(id: string, data: ExpressSession, callback?: Callback) {
      const { cookie } = plain(data);
      const touched = store.update<object>(id, (fresh) => fresh && { ...fresh, cookie }, { expires: lifetimeOf(data) });
      answer(touched, callback);
    },
    destroy: (id: string, callback?: Callback) => answer(store.delete(id), callback),
    all: (callback: Callback<unknown[]>) => answer(store.values(), callback),
    length(callback: Callback<number>) {
      answer(
        store.keys().then(({ length }) => length),
        callback,
      );
    },
    clear: (callback?: Callback) => answer(store.clear(), callback),
  } satisfies ExpressStore);
}

function plain(session: ExpressSession): ExpressSession {
  return JSON.parse(JSON.stringify(session)) as ExpressSession;
}
