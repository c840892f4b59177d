import { memory } from '@holdfast/core';
import { json } from '@holdfast/core/codecs/json';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { type BindingPlace, bindingLaws, collectionLaws } from '@holdfast/core/testing';
import { describe, test } from 'vitest';
import { collectionHarness } from './collection-harness.svelte.ts';
import { harness } from './harness.svelte.ts';
import { otherTab } from './other-tab.ts';

function places(): Record<string, BindingPlace> {
  const shared = memory();
  const here = webStorage(() => localStorage, { codec: json });
  const there = webStorage(() => otherTab(localStorage), { codec: json });
  return { memory: { here: () => shared, there: () => shared }, localStorage: { here: () => here, there: () => there } };
}

describe.each(['memory', 'localStorage'])('Svelte on %s (checks 1, 9, 12 and 13)', (name) => {
  test.each(bindingLaws.map((law) => [law.name, law] as const))('%s', (_, law) => law.run(harness, places()[name] as BindingPlace));
});

describe('Svelte and a collection in memory', () => {
  test.each(collectionLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run(collectionHarness, places().memory as BindingPlace),
  );
});
