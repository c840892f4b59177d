import type { Codec } from '../codec.ts';
import { StoreError } from '../errors.ts';
import { inspect } from '../inspect.ts';

/** Plain JSON, for data that JSON alone brings back; everything else is refused by its path. No dependency. */
export const json: Codec = {
  name: 'json',
  encode(value) {
    inspect(value, 'json');
    return { json: value };
  },
  decode(encoded) {
    let cause: unknown;
    try {
      inspect(encoded.json, 'json');
      if (encoded.meta === undefined) return encoded.json;
    } catch (error) {
      cause = error;
    }
    throw new StoreError('CORRUPT', 'Cannot decode the value', { cause });
  },
};
