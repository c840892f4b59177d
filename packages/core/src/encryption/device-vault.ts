import { del, get, type UseStore, update } from 'idb-keyval';
import { ALGORITHM, locked, newId, type SealingKey, type Vault, vaultStore } from './vault.ts';

interface Kept {
  readonly current: string;
  readonly keys: Readonly<Record<string, CryptoKey>>;
}

export interface DeviceVault extends Vault {
  /** Makes a new key for what is written from now on. What older ones have sealed stays readable; `reseal` renews it. */
  rotate(): Promise<void>;
  /** Removes the keys: what they have sealed can never be read again. */
  forget(): Promise<void>;
}

/**
 * Keys of this browser profile, made at first use and kept in IndexedDB. They cannot be exported, so a copy of the data elsewhere
 * is worthless; a script that runs in the page can use them like the page itself.
 */
export function deviceVault({ name = 'default' }: { name?: string } = {}): DeviceVault {
  let store: UseStore | undefined;
  let kept: Promise<Kept> | undefined;
  const place = (): UseStore => (store ??= vaultStore());
  const make = (): Promise<CryptoKey> => crypto.subtle.generateKey(ALGORITHM, false, ['encrypt', 'decrypt']);

  async function read(): Promise<Kept> {
    const found = await get<Kept>(name, place());
    if (found) return found;
    const made = { current: newId(), key: await make() };
    // Of two tabs that start at once, one makes the key of both.
    await update<Kept>(name, (old) => old ?? { current: made.current, keys: { [made.current]: made.key } }, place());
    return (await get<Kept>(name, place())) as Kept;
  }

  function load(): Promise<Kept> {
    kept ??= read().catch((error) => {
      kept = undefined;
      throw error;
    });
    return kept;
  }

  async function keyOf(id?: string): Promise<SealingKey> {
    let { current, keys } = await load();
    if (id !== undefined && !keys[id]) {
      // Another tab has made one meanwhile.
      kept = undefined;
      ({ current, keys } = await load());
    }
    const key = keys[id ?? current];
    if (!key) throw locked('the key that sealed it is not in this browser');
    return { id: id ?? current, key };
  }

  return {
    keyOf,
    onUnlock: () => () => {},
    async rotate() {
      await load();
      const [id, key] = [newId(), await make()];
      await update<Kept>(name, (old) => ({ current: id, keys: { ...old?.keys, [id]: key } }), place());
      kept = undefined;
    },
    async forget() {
      await del(name, place());
      kept = undefined;
    },
  };
}
