import { StoreError } from '../errors.ts';

/** What a guest may use as a key: numbers sort before strings, as in IndexedDB. */
export type GuestKey = string | number;

/** Text in the order of the keys. */
export function encodeKey(key: unknown): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key !== 'number' || Number.isNaN(key))
    throw new StoreError('INVALID_ARGUMENT', 'Cannot use this as a key: a string or a number is needed');
  const bits = new DataView(new ArrayBuffer(8));
  // Zero is one key, whatever its sign.
  bits.setFloat64(0, key === 0 ? 0 : key);
  const value = bits.getBigUint64(0);
  // The bits of positive numbers are in order; those of negative ones in the reverse order, and before.
  const sorted = value >> 63n ? ~value & 0xffffffffffffffffn : value | (1n << 63n);
  return `n${sorted.toString(16).padStart(16, '0')}`;
}

/** The reverse of `encodeKey`. */
export function decodeKey(text: string): GuestKey {
  if (text.startsWith('s')) return text.slice(1);
  const sorted = BigInt(`0x${text.slice(1)}`);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, sorted >> 63n ? sorted & ~(1n << 63n) : ~sorted & 0xffffffffffffffffn);
  return bits.getFloat64(0);
}
