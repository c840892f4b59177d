import { type Duration, milliseconds } from '../duration.ts';
import { StoreError } from '../errors.ts';
import type { Kv } from '../kv/kv.ts';

/** What is asked of the data of a session. */
export interface HonoSessionData {
  /** When it ends, as text. */
  readonly _expire: string | null;
}

export interface HonoSessionOptions {
  /** How long a session lives that does not say so itself. @default '1d' */
  expires?: Duration;
  /** Hears of a session that could not be read: hono-sessions begins a new one then, and says nothing. */
  onError?: (error: StoreError) => void;
}

/** What hono-sessions asks of a store. `Data` is its `SessionData`. */
export interface HonoSessionStore<Data extends HonoSessionData> {
  getSessionById(id?: string): Promise<Data | null>;
  createSession(id: string, data: Data): Promise<void>;
  persistSessionData(id: string, data: Data): Promise<void>;
  deleteSession(id: string): Promise<void>;
}

/** A store for hono-sessions: `sessionMiddleware({ store: honoSessions(kv(driver).prefix('sessions')), … })`. */
export function honoSessions<Data extends HonoSessionData>(
  store: Kv,
  { expires = '1d', onError }: HonoSessionOptions = {},
): HonoSessionStore<Data> {
  const lifetimeMs = milliseconds(expires);

  async function save(id: string, data: Data): Promise<void> {
    const atMs = data._expire === null ? Number.NaN : Date.parse(data._expire);
    // Without a deadline a crawler would leave rows for ever; one that is over removes.
    await store.set(id, JSON.parse(JSON.stringify(data)), { expires: Number.isNaN(atMs) ? lifetimeMs : Math.max(0, atMs - Date.now()) });
  }

  return {
    async getSessionById(id) {
      try {
        return id ? ((await store.get<Data>(id)) ?? null) : null;
      } catch (error) {
        if (error instanceof StoreError) onError?.(error);
        throw error;
      }
    },
    createSession: save,
    persistSessionData: save,
    async deleteSession(id) {
      await store.delete(id);
    },
  };
}
