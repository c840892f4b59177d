import { memory } from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { type BindingPlace, bindingLaws, collectionLaws } from '@holdfast/core/testing';
import { describe, test } from 'vitest';
import { collectionHarness } from './collection-harness.tsx';
import { harness } from './harness.tsx';
import { otherTab } from './other-tab.ts';

function places(): Record<string, BindingPlace> {
  const shared = memory();
  const here = webStorage(() => localStorage, { codec: json });
  const there = webStorage(() => otherTab(localStorage), { codec: json });
  return { memory: { here: () => shared, there: () => shared }, localStorage: { here: () => here, there: () => there } };
}

describe.each(['memory', 'localStorage'])('React on %s (checks 12 and 13)', (name) => {
  test.each(bindingLaws.map((law) => [law.name, law] as const))('%s', (_, law) => law.run(harness, places()[name] as BindingPlace));
});

describe('React and a collection in memory', () => {
  test.each(collectionLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run(collectionHarness, places().memory as BindingPlace),
  );
});
