import { SAVED } from '../errors.ts';
import type { Cell } from '../home/cell.ts';
import { encodePath } from '../key-path.ts';
import { key } from '../keys/key.ts';
import { CONTENTS, type Store } from '../store-interface.ts';

/**
 * What this start found of earlier ones. `first`: nothing, anywhere. `kept`: the store's data. `lost`: signs that the app was here, and
 * the data are gone: evicted by the browser, or removed by the user. `unknown`: storage cannot be read.
 */
export type PreviousRun = 'first' | 'kept' | 'lost' | 'unknown';

export interface PreviousRunOptions {
  /** Keeps a sign in a cookie too, which outlives the other storages where all of them are evicted together (Firefox). @default false */
  cookie?: boolean;
}

const COOKIE_AGE_S = 400 * 24 * 3_600;

/**
 * Tells a first start from one whose data were evicted, and leaves the signs for the next time: one with the data, one in localStorage.
 * Where the browser, or the user, has removed everything, no one can tell it from a first start. Call it once, at the start of the app:
 * from then on the data count as kept. After `store.destroy()` in such a page the next start is a first one again.
 */
export async function previousRun(store: Store, { cookie = false }: PreviousRunOptions = {}): Promise<PreviousRun> {
  const { ports, homes, name } = store[CONTENTS]();
  const within = store.key('(previous run)', key(0));
  await within.ready.catch(() => {});
  const { state, capability } = within.status.get();
  if (state !== 'ready' || capability !== 'durable') return 'unknown';
  const signs = [itemSign(`holdfast-run!${name}`), ...(cookie ? [cookieSign(`holdfast-run-${encodeURIComponent(name)}`)] : [])];
  const was = within.get() > 0 ? 'kept' : signs.some(({ isThere }) => isThere()) ? 'lost' : 'first';
  if (was !== 'kept') void within.set(ports.now());
  for (const sign of signs) sign.leave();
  homes[0]?.add(undertaker(encodePath([name, '(signs of a run)']), () => signs.forEach((sign) => void sign.remove())));
  return was;
}

/** Holds no value: it only hears that the store is destroyed. */
function undertaker(path: string, abandon: () => void): Cell {
  return {
    path,
    delayMs: 0,
    abandon,
    begin: () => ({ operations: [], end() {}, again: async () => {} }),
    refresh() {},
    isBusy: () => false,
    reread: async () => {},
    flush: async () => SAVED,
    close() {},
  };
}

interface Sign {
  isThere(): boolean;
  leave(): void;
  remove(): void;
}

function itemSign(item: string): Sign {
  return {
    isThere: () => attempt(() => localStorage.getItem(item) !== null) ?? false,
    leave: () => attempt(() => localStorage.setItem(item, '1')),
    remove: () => attempt(() => localStorage.removeItem(item)),
  };
}

function cookieSign(cookie: string): Sign {
  const write = (maxAgeS: number): void => {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store has no answer in this turn, and is not everywhere
    document.cookie = `${cookie}=1; max-age=${maxAgeS}; path=/; samesite=lax${secure}`;
  };
  return {
    isThere: () => attempt(() => document.cookie.split('; ').includes(`${cookie}=1`)) ?? false,
    leave: () => attempt(() => write(COOKIE_AGE_S)),
    remove: () => attempt(() => write(0)),
  };
}

/** Denied, full, or not in a page: then there is no such sign. */
function attempt<T>(work: () => T): T | undefined {
  try {
    // Without a document this may be a storage that all requests of a server share.
    return typeof document === 'undefined' ? undefined : work();
  } catch {
    return undefined;
  }
}
