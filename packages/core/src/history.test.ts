import { expect, test } from 'vitest';
import { collection } from './collections/declare.ts';
import { history } from './history.ts';
import { createTestStore } from './testing/index.ts';

interface Note {
  title: string;
  text?: string;
  photo?: Blob;
}

const collections = { notes: collection<Note>(), tags: collection<{ name: string }>() };

function setUp(tabs = 1) {
  const made = createTestStore({ collections, tabs });
  return { ...made, steps: history(made.store, { limit: 5 }) };
}

test('inserts, edits and deletions are undone and done again, a transaction as one step', async () => {
  const { store, steps, world } = setUp();
  const { notes, tags } = store.collections;
  const id = await notes.insert({ title: 'one', photo: new Blob(['cat']) });
  await world.advance(1_000);
  await notes.update(id, { title: 'two' });
  await store.transaction(({ collections }) => {
    collections.notes.delete(id);
    collections.tags.insert({ name: 'new' });
  });
  expect([await notes.count(), await tags.count()]).toEqual([0, 1]);
  expect(await steps.undo()).toBe(true);
  expect([await notes.count(), await tags.count()]).toEqual([1, 0]);
  expect(await notes.findOne(id)).toMatchObject({ title: 'two' });
  expect(await (await notes.findOne(id))!.photo!.text()).toBe('cat');
  expect(await steps.undo()).toBe(true);
  expect(await notes.findOne(id)).toMatchObject({ title: 'one' });
  expect(await steps.undo()).toBe(true);
  expect(await notes.count()).toBe(0);
  expect(await steps.undo()).toBe(false);
  expect([steps.canUndo.get(), steps.canRedo.get()]).toEqual([false, true]);
  for (let step = 0; step < 3; step++) expect(await steps.redo()).toBe(true);
  expect([await notes.count(), await tags.count(), steps.canRedo.get()]).toEqual([0, 1, false]);
});

test('undo takes back what this tab has changed, and not what others have changed since', async () => {
  const { stores, steps, world } = setUp(2);
  const [mine, theirs] = stores.map(({ collections }) => collections.notes) as [
    (typeof stores)[0]['collections']['notes'],
    (typeof stores)[0]['collections']['notes'],
  ];
  const id = await mine.insert({ title: 'one', text: 'one' });
  await world.advance(1_000);
  await mine.update(id, { title: 'two' });
  await theirs.update(id, { text: 'theirs' });
  await world.advance(1_000);
  await steps.undo();
  await world.advance(1_000);
  for (const notes of [mine, theirs]) expect(await notes.findOne(id)).toMatchObject({ title: 'one', text: 'theirs' });
  expect(steps.canUndo.get()).toBe(true);
});

test('typing is one step, a new change forgets what was undone, and only so many steps are kept', async () => {
  const { store, steps, world } = setUp();
  const { notes } = store.collections;
  const id = await notes.insert({ title: '' });
  await world.advance(1_000);
  for (const title of ['a', 'ab', 'abc']) await notes.update(id, { title });
  await steps.undo();
  expect(await notes.findOne(id)).toMatchObject({ title: '' });
  await notes.update(id, { text: 'other' });
  expect(await steps.redo()).toBe(false);
  for (let n = 0; n < 9; n++) {
    await world.advance(1_000);
    await notes.update(id, { title: `${n}` });
  }
  let count = 0;
  while (await steps.undo()) count++;
  expect(count).toBe(5);
  expect(await notes.findOne(id)).toMatchObject({ title: '3' });
  steps.stop();
  await notes.update(id, { title: 'not recorded' });
  expect(steps.canUndo.get()).toBe(false);
});

test('a step that is taken back while storage fails can be done again', async () => {
  const { store, steps, storage, world } = setUp();
  const { notes } = store.collections;
  const id = await notes.insert({ title: 'one' });
  await world.advance(1_000);
  await notes.update(id, { title: 'two' });
  storage.failAll('UNAVAILABLE');
  await expect(steps.undo()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  storage.heal();
  await world.advance(60_000);
  expect(await notes.findOne(id)).toMatchObject({ title: 'one' });
  expect(await steps.redo()).toBe(true);
  expect(await notes.findOne(id)).toMatchObject({ title: 'two' });
});

test('undo and redo in one turn are done one after the other', async () => {
  const { store, steps, world } = setUp();
  const { notes } = store.collections;
  for (const title of ['one', 'two']) {
    await notes.insert({ title });
    await world.advance(1_000);
  }
  expect(await Promise.all([steps.undo(), steps.redo(), steps.undo(), steps.undo(), steps.undo()])).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([await notes.count(), steps.canUndo.get(), steps.canRedo.get()]).toEqual([0, false, true]);
});
