import { createStore, type UseStore } from 'idb-keyval';
import { StoreError } from '../errors.ts';

/** A key for AES-GCM, and the name under which what it has sealed refers to it. */
export interface SealingKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** Where the keys of an encrypted storage come from. */
export interface Vault {
  /** The key for what is written now; with an id the one that sealed something before. @throws {StoreError} `LOCKED` where it is not to be had */
  keyOf(id?: string): Promise<SealingKey>;
  /** Calls back when keys can be had that could not be before. Returns the stop function. */
  onUnlock(listener: () => void): () => void;
}

export const ALGORITHM = { name: 'AES-GCM', length: 256 } as const;

export const newId = (): string => toHex(crypto.getRandomValues(new Uint8Array(8)));

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Vaults have a database of their own: wiping the data leaves the keys, and wiping the keys is the fast way to wipe the data. */
export const vaultStore = (): UseStore => createStore('holdfast-vault', 'vaults');

export function locked(why: string): StoreError {
  return new StoreError('LOCKED', `Cannot use what is encrypted: ${why}`);
}
