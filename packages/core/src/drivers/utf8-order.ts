/** Whether one text comes before another where texts are ordered by their UTF-8 bytes, which is the order of code points. */
export function isBefore(text: string, other: string): boolean {
  const points = Array.from(text, (c) => c.codePointAt(0) as number);
  const others = Array.from(other, (c) => c.codePointAt(0) as number);
  const index = points.findIndex((point, at) => point !== others[at]);
  return index < 0 ? points.length < others.length : (points[index] as number) < (others[index] ?? -1);
}

/** The first text after all that begin with this one, in the same order. `undefined`: there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (c) => c.codePointAt(0) as number);
  while (points.length > 0) {
    const last = points.pop() as number;
    // Between U+D7FF and U+E000 lie the surrogates, which are no characters.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
