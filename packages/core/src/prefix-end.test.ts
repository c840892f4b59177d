import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefixEnd } from './prefix-end.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

test('the end of a prefix lies right behind all that begin with it, in the order of UTF-8', { timeout: 30_000 }, () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = prefixEnd(prefix);
      const isBefore = end === undefined || Buffer.compare(bytes(other), bytes(end)) < 0;
      expect(isBefore && Buffer.compare(bytes(other), bytes(prefix)) >= 0).toBe(other.startsWith(prefix));
      expect(end === undefined || Buffer.compare(bytes(prefix + other), bytes(end)) < 0).toBe(true);
    }),
    { seed: 20261125, numRuns: 2_000 },
  );
});

test('there is none behind the last character, and none in the gap of the surrogates', () => {
  expect(prefixEnd('')).toBeUndefined();
  expect(prefixEnd('\u{10ffff}')).toBeUndefined();
  expect(prefixEnd('a\u{10ffff}')).toBe('b');
  expect(prefixEnd('\ud7ff')).toBe('\ue000');
  expect(prefixEnd('\uffff')).toBe('\u{10000}');
});
