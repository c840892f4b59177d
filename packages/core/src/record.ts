import type { Codec, Encoded } from './codec.ts';
import type { Operation } from './driver.ts';
import { StoreError } from './errors.ts';
import { inspect, isPlain } from './inspect.ts';
import { parseJson } from './parse-json.ts';

/** A value with what must travel beside it. */
export interface Stored {
  readonly value: unknown;
  /** Version of the data, as in `key({ version })`. */
  readonly version: number;
  readonly expiresAtMs?: number | undefined;
}

/** How a driver's raw values are read and written. */
export interface RecordFormat<Raw = unknown> {
  /** A promise only where the codec must wait for bytes. @throws {StoreError} `UNSUPPORTED_VALUE` */
  pack(stored: Stored): Raw | Promise<Raw>;
  /** @throws {StoreError} `CORRUPT` */
  unpack(raw: Raw): Stored;
}

// The envelope: `{ $holdfast: [version, expiresAtMs | 0, meta?], value }`. A value goes without one while it needs no
// metadata and cannot be taken for one.
const MARK = '$holdfast';

function wrap(data: unknown, { version, expiresAtMs }: Stored, meta?: unknown): unknown {
  if (version === 1 && !expiresAtMs && meta === undefined && !isMarked(data)) return data;
  return { [MARK]: meta === undefined ? [version, expiresAtMs ?? 0] : [version, expiresAtMs ?? 0, meta], value: data };
}

function unwrap(data: unknown): Stored & Encoded {
  if (!isMarked(data)) return { json: data, value: data, version: 1 };
  const [version, expiresAtMs, meta] = Array.isArray(data[MARK]) ? data[MARK] : [];
  if (!Number.isSafeInteger(version) || typeof expiresAtMs !== 'number')
    throw new StoreError('CORRUPT', 'Cannot read the envelope of a value');
  return { json: data.value, value: data.value, meta, version, ...(expiresAtMs ? { expiresAtMs } : {}) };
}

function isMarked(data: unknown): data is Record<string, unknown> {
  return isPlain(data) && Object.hasOwn(data, MARK);
}

/** For drivers that hold clones: the value itself, without any text in between. */
export const cloneFormat: RecordFormat = {
  pack(stored) {
    inspect(stored.value, 'clone');
    return wrap(stored.value, stored);
  },
  unpack: unwrap,
};

/** For drivers that hold text: plain JSON wherever that is enough, so that any script can read it. */
export function textFormat(codec: Codec): RecordFormat<string> {
  return {
    pack(stored) {
      const text = ({ json, meta }: Encoded): string => JSON.stringify(wrap(json, stored, meta));
      const encoded = codec.encode(stored.value);
      return encoded instanceof Promise ? encoded.then(text) : text(encoded);
    },
    unpack(raw) {
      let data: unknown;
      try {
        data = parseJson(raw);
      } catch (cause) {
        throw new StoreError('CORRUPT', 'Cannot read the stored text as JSON', { cause });
      }
      const stored = unwrap(data);
      return { ...stored, value: codec.decode(stored) };
    },
  };
}

/** The operation that stores a value under a key. A promise only where the codec must wait for bytes. */
export function packSet(format: RecordFormat, key: string, stored: Stored): Operation<unknown> | Promise<Operation<unknown>> {
  const { expiresAtMs } = stored;
  const set = (value: unknown): Operation<unknown> => ({ type: 'set', key, value, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) });
  const packed = format.pack(stored);
  return packed instanceof Promise ? packed.then(set) : set(packed);
}
