import type { Kv } from '../kv/kv.ts';

/** What better-auth asks of a secondary storage. */
export interface SecondaryStorage {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttl?: number): Promise<void>;
  delete(key: string): Promise<void>;
  getAndDelete(key: string): Promise<string | null>;
  increment(key: string, ttl: number): Promise<number>;
}

/** A secondary storage for better-auth: `betterAuth({ secondaryStorage: secondaryStorage(kv(driver).prefix('auth')), … })`. */
export function secondaryStorage(store: Kv): SecondaryStorage {
  const options = (seconds: number | undefined): { expires?: number } => (seconds ? { expires: seconds * 1_000 } : {});
  return {
    get: async (key) => (await store.get<string>(key)) ?? null,
    async set(key, value, ttl) {
      await store.set(key, value, options(ttl));
    },
    async delete(key) {
      await store.delete(key);
    },
    async getAndDelete(key) {
      let taken: string | undefined;
      await store.update<string>(key, (value) => {
        taken = value;
        return undefined;
      });
      return taken ?? null;
    },
    // The lifetime is that of the first one: a value that is there keeps its deadline.
    increment: async (key, ttl) => (await store.expires<number>(ttl * 1_000).update(key, (count = 0) => count + 1)) as number,
  };
}
