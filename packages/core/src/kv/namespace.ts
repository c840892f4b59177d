import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';

// What `encodePath` leaves as it is, which most keys are: nothing up to `"`, and no halves of pairs.
const PLAIN = /^[#-\ud7ff\ue000-\uffff]*$/;
const PLAIN_PATH = /^[#-\ud7ff\ue000-\uffff]*!$/;

/** Where the entries of one store lie in a driver: below a path that is never the beginning of another one. */
export interface Namespace {
  /** What the keys of all entries of the store, and of the stores below it, begin with. */
  readonly prefix: string;
  /** @throws {StoreError} `INVALID_ARGUMENT` */
  pathOf(key: string): string;
  /** The key of an entry of the store itself; `undefined` for those of the stores below it, and for what others put there. */
  keyOf(path: string): string | undefined;
  /** Whether it is an entry of the store, or of one below it. */
  holds(path: string): boolean;
}

export function namespace(parts: readonly string[], maxKeyBytes: number = Number.POSITIVE_INFINITY): Namespace {
  const prefix = encodePath(parts);

  /** The parts after the prefix. `undefined`: nothing that `encodePath` gives. */
  function rest(path: string): string[] | undefined {
    if (!path.startsWith(prefix) || path.length === prefix.length) return undefined;
    const text = path.slice(prefix.length);
    if (PLAIN_PATH.test(text)) return [text.slice(0, -1)];
    const found = decodePath(text);
    try {
      return encodePath(found) === text ? found : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    prefix,
    pathOf(key) {
      if (typeof key !== 'string') throw new StoreError('INVALID_ARGUMENT', `Cannot use a key that is no text but ${typeof key}`);
      const path = prefix + (PLAIN.test(key) ? `${key}!` : encodePath([key]));
      // Measured only where it can matter: no character takes more than three bytes.
      if (path.length * 3 > maxKeyBytes && new TextEncoder().encode(path).length > maxKeyBytes)
        throw new StoreError('INVALID_ARGUMENT', `Cannot use a key of more than ${maxKeyBytes} bytes here, its prefixes counted`);
      return path;
    },
    keyOf(path) {
      const found = rest(path);
      return found?.length === 1 ? found[0] : undefined;
    },
    holds: (path) => rest(path) !== undefined,
  };
}
