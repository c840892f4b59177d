import { del, get, type UseStore, update } from 'idb-keyval';
import { ALGORITHM, locked, newId, type SealingKey, type Vault, vaultStore } from './vault.ts';

interface Wrapped {
  readonly id: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
}

interface Kept {
  readonly revision: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
  /** The last one is for what is written now. */
  readonly keys: readonly Wrapped[];
}

export interface PasswordVault extends Vault {
  /** The first password ever given becomes the password. @throws {StoreError} `LOCKED` for a wrong one */
  unlock(password: string): Promise<void>;
  /** Forgets the keys in this page: nothing is read or written until `unlock`. Values that are shown stay in memory until their store is closed. */
  lock(): void;
  isLocked(): boolean;
  /** The data is not touched: only the keys are wrapped anew. @throws {StoreError} `LOCKED` for a wrong one */
  changePassword(password: string, next: string): Promise<void>;
  /** Makes a new key for what is written from now on. What older ones have sealed stays readable; `reseal` renews it. */
  rotate(): Promise<void>;
  /** Removes the keys: what they have sealed can never be read again. */
  forget(): Promise<void>;
}

/**
 * Random keys, wrapped by one that follows from a password: PBKDF2 with SHA-256. What is kept in IndexedDB is worthless without the
 * password, and as hard to guess as that is.
 */
export function passwordVault({
  name = 'default',
  iterations = 600_000,
}: {
  name?: string;
  /** Rounds for a new vault; about half a second at 600 000. */
  iterations?: number;
} = {}): PasswordVault {
  let store: UseStore | undefined;
  let open: { wrapping: CryptoKey; keys: Map<string, CryptoKey>; current: string } | undefined;
  const listeners = new Set<() => void>();
  const place = (): UseStore => (store ??= vaultStore());

  async function derive(password: string, { salt, iterations: rounds }: Pick<Kept, 'salt' | 'iterations'>): Promise<CryptoKey> {
    const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(password.normalize('NFC')), 'PBKDF2', false, [
      'deriveKey',
    ]);
    const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds };
    return crypto.subtle.deriveKey(parameters, material, ALGORITHM, false, ['wrapKey', 'unwrapKey']);
  }

  // The id is bound to the key: a wrapped key does not pass for another one.
  const wrapping = (id: string, iv: Uint8Array<ArrayBuffer>) => ({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(id) });

  async function wrap(id: string, key: CryptoKey, by: CryptoKey): Promise<Wrapped> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { id, iv, bytes: await crypto.subtle.wrapKey('raw', key, by, wrapping(id, iv)) };
  }

  async function unwrap({ id, iv, bytes }: Wrapped, by: CryptoKey, isExtractable = false): Promise<CryptoKey> {
    try {
      return await crypto.subtle.unwrapKey('raw', bytes, by, wrapping(id, iv), ALGORITHM, isExtractable, ['encrypt', 'decrypt']);
    } catch {
      throw locked('the password is wrong');
    }
  }

  const make = (): Promise<CryptoKey> => crypto.subtle.generateKey(ALGORITHM, true, ['encrypt', 'decrypt']);

  async function found(password: string): Promise<Kept> {
    const kept = await get<Kept>(name, place());
    if (kept) return kept;
    const fresh = { revision: newId(), salt: crypto.getRandomValues(new Uint8Array(16)), iterations };
    const first: Kept = { ...fresh, keys: [await wrap(newId(), await make(), await derive(password, fresh))] };
    await update<Kept>(name, (old) => old ?? first, place());
    return (await get<Kept>(name, place())) as Kept;
  }

  async function adopt(kept: Kept, by: CryptoKey): Promise<void> {
    const keys = new Map<string, CryptoKey>();
    for (const wrapped of kept.keys) keys.set(wrapped.id, await unwrap(wrapped, by));
    open = { wrapping: by, keys, current: (kept.keys.at(-1) as Wrapped).id };
    for (const listener of [...listeners]) listener();
  }

  /** All or nothing, and only if no other tab was faster. */
  async function replace(before: Kept, next: Kept): Promise<void> {
    let isReplaced = false;
    await update<Kept>(
      name,
      (old) => {
        isReplaced = old?.revision === before.revision;
        return isReplaced || !old ? next : old;
      },
      place(),
    );
    if (!isReplaced) throw locked('another tab has changed its keys. Try again');
  }

  async function keyOf(id?: string): Promise<SealingKey> {
    if (!open) throw locked('it is locked. Unlock it with the password');
    const wanted = id ?? open.current;
    if (!open.keys.has(wanted)) {
      // Another tab has made one meanwhile.
      const kept = await get<Kept>(name, place());
      if (kept && open) await adopt(kept, open.wrapping);
    }
    const key = open?.keys.get(wanted);
    if (!key) throw locked('the key that sealed it is not in this vault');
    return { id: wanted, key };
  }

  return {
    keyOf,
    onUnlock(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async unlock(password) {
      const kept = await found(password);
      await adopt(kept, await derive(password, kept));
    },
    lock() {
      open = undefined;
    },
    isLocked: () => open === undefined,
    async changePassword(password, next) {
      const kept = await found(password);
      const by = await derive(password, kept);
      const fresh = { revision: newId(), salt: crypto.getRandomValues(new Uint8Array(16)), iterations };
      const nextBy = await derive(next, fresh);
      const keys: Wrapped[] = [];
      for (const wrapped of kept.keys) keys.push(await wrap(wrapped.id, await unwrap(wrapped, by, true), nextBy));
      const changed = { ...fresh, keys };
      await replace(kept, changed);
      await adopt(changed, nextBy);
    },
    async rotate() {
      const kept = await get<Kept>(name, place());
      if (!open || !kept) throw locked('it is locked. Unlock it with the password');
      const { wrapping: by } = open;
      const changed = { ...kept, revision: newId(), keys: [...kept.keys, await wrap(newId(), await make(), by)] };
      await replace(kept, changed);
      await adopt(changed, by);
    },
    async forget() {
      open = undefined;
      await del(name, place());
    },
  };
}
