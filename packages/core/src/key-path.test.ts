import { expect, test } from 'vitest';
import { decodePath, encodePath } from './key-path.ts';

test('plain parts stay readable', () => {
  expect(encodePath(['notes', 'theme'])).toBe('notes!theme!');
});

test('separators, escapes, control characters and spaces are escaped', () => {
  expect(encodePath(['a!b', '"', '\0', 'a b'])).toBe('a"ab!"b!"@!a"`b!');
});

test('no parts and one empty part are different keys', () => {
  expect([encodePath([]), encodePath([''])]).toEqual(['', '!']);
  expect([decodePath(''), decodePath('!')]).toEqual([[], ['']]);
});

test('a namespace does not contain one whose name is longer', () => {
  expect(encodePath(['a:b', 'c']).startsWith(encodePath(['a']))).toBe(false);
});

test.each(['\ud800', 'a\udc00', '\udc00\ud800'])('refuses half a surrogate pair', (part) => {
  expect(() => encodePath(['notes', part])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('keeps whole surrogate pairs', () => {
  expect(decodePath(encodePath(['💾']))).toEqual(['💾']);
});
