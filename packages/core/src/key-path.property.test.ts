import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePath, encodePath } from './key-path.ts';

const RUNS = 20_000;

// Mostly what an encoder trips over: separators, its own escapes, control characters, the characters beside them.
const part = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    'a:b',
    'a!',
    '!',
    '"',
    '""',
    '"a',
    '!!',
    ' ',
    '#',
    '\0',
    '\u001f',
    '@',
    'á',
    'A',
    '..',
    '__proto__',
    '💾',
    '\uffff',
  ),
  fc.string({ maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('\0', '!', '"', '#', '@', 'a', 'b'), maxLength: 4 }),
);
const tuple = fc.array(part, { maxLength: 4 });

// `<` of JavaScript goes by UTF-16 units.
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function orderOfTuples(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const result = order(a[i] as string, b[i] as string);
    if (result) return result;
  }
  return Math.sign(a.length - b.length);
}

test('decode(encode(tuple)) = tuple', async () => {
  await fc.assert(
    fc.property(tuple, (parts) => {
      expect(decodePath(encodePath(parts))).toEqual(parts);
    }),
    { numRuns: RUNS },
  );
});

test('the order of keys is the order of tuples, so different tuples have different keys', async () => {
  await fc.assert(
    fc.property(tuple, tuple, (a, b) => order(encodePath(a), encodePath(b)) === orderOfTuples(a, b)),
    { numRuns: RUNS },
  );
});

test('law 14: a key begins with a namespace only if its tuple does', async () => {
  await fc.assert(
    fc.property(tuple, tuple, (namespace, parts) => {
      const isInside = namespace.every((name, i) => i < parts.length && parts[i] === name);
      return encodePath(parts).startsWith(encodePath(namespace)) === isInside;
    }),
    { numRuns: RUNS },
  );
});
