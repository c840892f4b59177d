import { type Duration, milliseconds } from './duration.ts';
import type { Kv } from './kv/kv.ts';

export interface CachedOptions<Args extends readonly unknown[]> {
  /** For how long a value is given without asking again. @default '1m' */
  expires?: Duration;
  /** For how long after that it is given at once, while a new one is fetched. @default 0 */
  stale?: Duration;
  /** Under which key the value of these arguments lies. @default their JSON */
  key?: (...args: Args) => string;
  /** Hears of a fetch in the background that failed, and of a cache that could not be read or written. */
  onError?: (error: unknown) => void;
}

export interface Cached<Args extends readonly unknown[], T> {
  (...args: Args): Promise<T>;
  /** The next call asks again. */
  forget(...args: Args): Promise<void>;
}

interface Row<T> {
  /** Absent: `undefined` was loaded. */
  readonly value?: T;
  readonly freshUntilMs: number;
}

/**
 * A function that remembers what it gave: `cached(fetchUser, kv(driver).prefix('users'), { expires: '5m', stale: '1h' })`. Calls of
 * one moment are one flight. A cache that fails is as good as none: then it asks. What fails is not remembered.
 */
export function cached<Args extends readonly unknown[], T>(
  load: (...args: Args) => T | Promise<T>,
  store: Kv,
  { expires = '1m', stale = 0, key = (...args) => JSON.stringify(args), onError = () => {} }: CachedOptions<Args> = {},
): Cached<Args, T> {
  const freshMs = milliseconds(expires);
  const staleMs = milliseconds(stale);
  const flights = new Map<string, { landing?: Promise<T> }>();

  function fly(name: string, args: Args): Promise<T> {
    const inAir = flights.get(name)?.landing;
    if (inAir !== undefined) return inAir;
    const flight: { landing?: Promise<T> } = {};
    flights.set(name, flight);
    flight.landing = land(name, args, flight).finally(() => {
      if (flights.get(name) === flight) flights.delete(name);
    });
    return flight.landing;
  }

  async function land(name: string, args: Args, flight: object): Promise<T> {
    const value = await load(...args);
    const row: Row<T> = { ...(value === undefined ? {} : { value }), freshUntilMs: Date.now() + freshMs };
    // Not where it was forgotten meanwhile: what was asked for before that may be old.
    if (flights.get(name) === flight) await store.set(name, row, { expires: freshMs + staleMs }).catch(onError);
    return value;
  }

  async function call(...args: Args): Promise<T> {
    const name = key(...args);
    const row = await store.get<Row<T>>(name).catch((error) => void onError(error));
    if (!row) return fly(name, args);
    if (row.freshUntilMs <= Date.now()) fly(name, args).catch(onError);
    return row.value as T;
  }

  return Object.assign(call, {
    async forget(...args: Args) {
      const name = key(...args);
      flights.delete(name);
      await store.delete(name);
    },
  });
}
