import { parseJson } from '../parse-json.ts';
import type { RecordFormat } from '../record.ts';
import { isPlainJson } from './plain-copy.ts';

/** Plain data of ours as a driver holds it. */
export interface Packing {
  /** A promise only where the codec must wait for bytes. @throws {StoreError} `UNSUPPORTED_VALUE` */
  pack(value: unknown): unknown;
  /** @throws {StoreError} `CORRUPT` */
  unpack(raw: unknown): unknown;
  /** Whether an object in it may have a property of this name: a look at the text takes a hundredth of one at everything. */
  mayName(name: string, raw: unknown): boolean;
}

/**
 * Text where JSON is enough: of many small documents an engine writes it twice as fast as a clone, and reads it twice as fast
 * (decision 0016). Drivers that hold clones get the value itself where it is not.
 */
export function packing(holds: 'text' | 'clone', format: RecordFormat): Packing {
  if (holds === 'text')
    return { pack: (value) => format.pack({ value, version: 1 }), unpack: (raw) => format.unpack(raw).value, mayName: () => true };
  return {
    pack: (value) => (isPlainJson(value) ? JSON.stringify(value) : value),
    unpack: (raw) => (typeof raw === 'string' ? parseJson(raw) : raw),
    mayName: (name, raw) => typeof raw !== 'string' || raw.includes(name),
  };
}

/** About so many bytes lie in storage. */
export function sizeOf(raw: unknown): number {
  return typeof raw === 'string' ? raw.length : 256;
}
