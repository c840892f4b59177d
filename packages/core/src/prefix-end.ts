/**
 * The first text after all that begin with a prefix, for stores that order texts by their UTF-8 bytes, which is the order of code
 * points and not that of UTF-16. `undefined`: there is no such text.
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  for (;;) {
    const last = points.pop();
    if (last === undefined) return undefined;
    // Half a surrogate pair is no code point: the next after U+D7FF is U+E000.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
}
