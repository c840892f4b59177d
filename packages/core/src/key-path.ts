import { StoreError } from './errors.ts';

// Parts end with `!`. In a part, everything up to `"` (control characters, space, `!`, `"`) is written as `"` and the
// character 64 further on. So the separator sorts before every other character, which gives the three laws:
// decode(encode(x)) = x; text order is tuple order; no namespace is the beginning of another one (`a` against `a:b`).
const ESCAPED = /[\0-"]/g;
const ESCAPE = /"(.)/g;
const SHIFT = 64;

/**
 * One text key for a tuple of strings: injective and in tuple order, by UTF-16 units. Drivers see nothing else.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function encodePath(parts: readonly string[]): string {
  return parts.map(encodePart).join('');
}

function encodePart(part: string): string {
  // Stores that keep UTF-8 turn half a surrogate pair into U+FFFD: two keys would become one.
  if (/\p{Surrogate}/u.test(part)) throw new StoreError('INVALID_ARGUMENT', 'Cannot use a key with half a surrogate pair');
  return `${part.replace(ESCAPED, (c) => `"${String.fromCharCode(c.charCodeAt(0) + SHIFT)}`)}!`;
}

/** The tuple that `encodePath` was given. */
export function decodePath(key: string): string[] {
  return key
    .split('!')
    .slice(0, -1)
    .map((part) => part.replace(ESCAPE, (_, c: string) => String.fromCharCode(c.charCodeAt(0) - SHIFT)));
}
