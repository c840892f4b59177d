import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';

/** The functions over one `Storage`, as a guest sees it: its own keys and no others. All of them synchronous. */
export interface GuestStorage {
  get(key: string): string | undefined;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  clear(): void;
  /** A JSON array. */
  keys(): string;
}

/** `owner` is `undefined` for a guest that shares the whole origin. */
export function guestStorage(open: () => Storage, owner: string | undefined): GuestStorage {
  const prefix = owner === undefined ? '' : encodePath([owner, '(guest)']);
  const place = (key: string): string => (owner === undefined ? key : prefix + encodePath([key]));

  function storage(): Storage {
    try {
      const found = open();
      if (typeof found?.getItem === 'function') return found;
    } catch (cause) {
      throw new StoreError('DENIED', 'Cannot use web storage here', { cause });
    }
    throw new StoreError('DENIED', 'Cannot use web storage: there is none');
  }

  function ownKeys(): string[] {
    const all = storage();
    const found: string[] = [];
    for (let index = 0; index < all.length; index++) found.push(all.key(index) as string);
    return found.filter((key) => key.startsWith(prefix));
  }

  return {
    get: (key) => storage().getItem(place(String(key))) ?? undefined,
    set(key, value) {
      try {
        storage().setItem(place(String(key)), String(value));
      } catch (cause) {
        // The message of the browser may be empty, and a guest takes an empty message for success.
        throw cause instanceof StoreError ? cause : new StoreError('QUOTA', 'Cannot store the value: the storage is full', { cause });
      }
    },
    remove: (key) => storage().removeItem(place(String(key))),
    clear() {
      for (const key of ownKeys()) storage().removeItem(key);
    },
    keys: () => JSON.stringify(ownKeys().map((key) => (owner === undefined ? key : decodePath(key.slice(prefix.length))[0]))),
  };
}
