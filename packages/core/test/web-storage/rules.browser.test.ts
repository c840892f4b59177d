import { afterEach, describe, expect, test } from 'vitest';
import { storageRules } from './rules.ts';

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

// The rules that ours is held to are those of the real thing.
describe.each(['localStorage', 'sessionStorage'] as const)('%s of this browser', (name) => {
  test.each(storageRules)('$name', ({ run, gives }) => {
    expect(run(globalThis[name])).toEqual(gives);
  });
});
