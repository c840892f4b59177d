import { fromBase64, toBase64 } from '../codecs/binary.ts';
import type { Vault } from './vault.ts';

// `sealed:1:<id of the key>:<base64 of 12 bytes of nonce, the ciphertext and its tag>`
const SEALED = /^sealed:1:([0-9a-f]+):([A-Za-z0-9+/=]+)$/;

/** Where a sealed text belongs: moved anywhere else it does not open. */
export interface Seat {
  readonly store: string;
  readonly key: string;
  /** What lies under a key, and what is appended under it, do not pass for each other. */
  readonly kind: 'entry' | 'batch';
}

function parameters(iv: Uint8Array<ArrayBuffer>, { store, key, kind }: Seat, id: string) {
  // JSON of an array of texts: no two of them are one text.
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(JSON.stringify(['holdfast', 1, store, kind, key, id])) };
}

export async function seal(text: string, seat: Seat, vault: Vault): Promise<string> {
  const { id, key } = await vault.keyOf();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  // Half of a surrogate pair has no bytes of its own in UTF-8; JSON has an escape for it.
  const plain = new TextEncoder().encode(JSON.stringify(text));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(iv, seat, id), key, plain));
  const bytes = new Uint8Array(iv.length + sealed.length);
  bytes.set(iv);
  bytes.set(sealed, iv.length);
  return `sealed:1:${id}:${toBase64(bytes)}`;
}

export function keyIdOf(sealed: unknown): string | undefined {
  return typeof sealed === 'string' ? SEALED.exec(sealed)?.[1] : undefined;
}

/**
 * What was sealed. What is not sealed, or not here, or was changed, comes back marked, so that no codec reads it: whoever reads it takes
 * it for corrupt and keeps it.
 * @throws {StoreError} `LOCKED`
 */
export async function unseal(sealed: unknown, seat: Seat, vault: Vault): Promise<string> {
  const [, id, base64] = (typeof sealed === 'string' && SEALED.exec(sealed)) || [];
  if (id === undefined) return `unsealed:${JSON.stringify(sealed)}`;
  const { key } = await vault.keyOf(id);
  try {
    const bytes = fromBase64(base64);
    const plain = await crypto.subtle.decrypt(parameters(bytes.slice(0, 12), seat, id), key, bytes.slice(12));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return `broken:${sealed}`;
  }
}
