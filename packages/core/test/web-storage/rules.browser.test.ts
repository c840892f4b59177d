import { afterEach, describe, expect, test } from 'vitest';
import { storageRules } from './rules.ts';

afterEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

const isWebKit = /AppleWebKit/.test(navigator.userAgent) && !/Chrome/.test(navigator.userAgent);
// It lets its storage be frozen, against https://webidl.spec.whatwg.org/#legacy-platform-object-preventextensions.
const broken = isWebKit ? ['it is a Storage by its tag, and cannot be frozen'] : [];

// The rules that ours is held to are those of the real thing.
describe.each(['localStorage', 'sessionStorage'] as const)('%s of this browser', (name) => {
  for (const rule of storageRules)
    (broken.includes(rule.name) ? test.fails : test)(rule.name, () => {
      expect(rule.run(globalThis[name])).toEqual(rule.gives);
    });
});
