import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOfSafeName, safeName } from './safe-name.ts';

test('a name gives back its key, and has no character that means anything anywhere', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      const name = safeName(key);
      expect(name).toMatch(/^(?:[a-z0-9_-]|=[0-9a-f]{2})*$/);
      expect(keyOfSafeName(name)).toBe(key);
    }),
    { seed: 20261125, numRuns: 500 },
  );
});

test.each(['A', 'a b', '=', '=4', '=AF', '=61', '=ff', '../a', 'a.json', '=c3'])('%j is the name of no key', (name) => {
  expect(keyOfSafeName(name)).toBeUndefined();
});
