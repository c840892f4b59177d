import { indexedDb, local } from '@holdfast/core';
import { rich } from '@holdfast/core/codecs/rich';
import { webStorage } from '@holdfast/core/drivers/web-storage';
import { type BindingPlace, bindingLaws, collectionLaws } from '@holdfast/core/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { collectionHarness } from './collection-harness.svelte.ts';
import { harness } from './harness.svelte.ts';

// What a document of the same origin writes arrives here as from another tab: by an event.
const frame = document.createElement('iframe');
beforeAll(() => document.body.append(frame));
afterAll(() => frame.remove());

const [here, database] = [local(), indexedDb()];
const there = webStorage(() => (frame.contentWindow as Window).localStorage, { codec: rich });

const places: Record<string, BindingPlace> = {
  IndexedDB: { here: () => database, there: () => database },
  localStorage: { here: () => here, there: () => there },
};

describe.each(Object.keys(places))('Svelte on %s (checks 1, 9, 12 and 13)', (name) => {
  test.each(bindingLaws.map((law) => [law.name, law] as const))('%s', (_, law) => law.run(harness, places[name] as BindingPlace));
});

describe('Svelte and a collection in IndexedDB', () => {
  test.each(collectionLaws.map((law) => [law.name, law] as const))('%s', (_, law) =>
    law.run(collectionHarness, places.IndexedDB as BindingPlace),
  );
});
