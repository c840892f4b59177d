import { memory, type StorageDriver, StoreError } from '@holdfast/core';
import { faultDriver } from '@holdfast/core/testing';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { get } from 'svelte/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useAggregate, useCollection, useDocument } from '../src/index.ts';
import { type App, type Note, openApp } from './app.ts';
import Notes from './Notes.svelte';

const warnings = vi.fn();
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(warnings);
});
// Svelte warns of a binding to what it does not see change.
afterEach(() => expect(warnings).not.toHaveBeenCalled());

const note = (_id: string, title: string): Note & { _id: string } => ({
  _id,
  title,
  done: false,
  tags: [],
  author: { name: 'Ada', age: 36 },
});

async function opened(storage: StorageDriver = memory()): Promise<App> {
  const app = openApp(storage);
  await app.collections.notes.insertMany([note('a', 'first'), note('b', 'second'), note('c', 'third')]);
  return app;
}

const shown = (): string => screen.getByRole('status').textContent ?? '';
const field = (label: string): HTMLInputElement => screen.getByLabelText(label);
const click = (name: string): Promise<boolean> => fireEvent.click(screen.getByRole('button', { name }));

test('rows of an each block and a document are bound deeply: every keystroke is an update of its field', async () => {
  const storage = memory();
  const app = await opened(storage);
  render(Notes, app);
  expect(shown()).toBe('2 3  2 3');
  await fireEvent.click(field('second'));
  await fireEvent.input(field('title'), { target: { value: 'new title' } });
  await fireEvent.input(field('name'), { target: { value: 'Grace' } });
  expect([field('title').value, field('name').value]).toEqual(['new title', 'Grace']);
  await click('tag');
  await app.flush();
  await tick();
  expect(shown()).toBe('2 2 new 2 2');
  expect([field('new title').checked, field('second').checked]).toEqual([false, true]);
  const [first, second] = await openApp(storage).collections.notes.find();
  expect(first).toMatchObject({ title: 'new title', done: false, tags: ['new'], author: { name: 'Grace', age: 36 } });
  expect(second).toMatchObject({ title: 'second', done: true });
});

test('a keystroke never disappears from its field before the document has it', async () => {
  const faults = faultDriver(memory());
  render(Notes, await opened(faults.driver));
  faults.hold();
  for (const value of ['f', 'fi', 'fin']) {
    await fireEvent.input(field('title'), { target: { value } });
    for (let turns = 0; turns < 5; turns++) {
      await tick();
      expect(field('title').value).toBe(value);
    }
  }
  faults.release();
});

test('edits of two tabs to two fields of one document both stay, at any depth', async () => {
  const storage = memory();
  const [here, there] = [await opened(storage), openApp(storage)];
  await there.collections.notes.find();
  render(Notes, here);
  await fireEvent.input(field('name'), { target: { value: 'Grace' } });
  await there.collections.notes.update('a', { $set: { 'author.age': 37 } });
  await Promise.all([here.flush(), there.flush()]);
  await vi.waitFor(async () => expect((await here.collections.notes.findOne('a'))?.author).toEqual({ name: 'Grace', age: 37 }));
});

test('a query with runes follows them, and is not changed by what is pushed into them later', async () => {
  render(Notes, await opened());
  await click('more');
  expect(shown()).toMatch(/^3 3/);
  await click('done');
  expect(shown()).toMatch(/^3 0/);
});

test('what the collection refuses is taken back in the row', async () => {
  const app = await opened();
  const refused = { ...app.collections.notes, update: () => Promise.reject(new StoreError('INVALID_VALUE', 'Cannot')) };
  const first = useDocument(refused, 'a');
  if (first.current) Object.assign(first.current, { title: 'refused', extra: true });
  expect(first.current).toMatchObject({ title: 'refused', extra: true });
  await tick();
  await tick();
  expect(first.current).toEqual(await app.collections.notes.findOne('a'));
  expect(Object.keys(first.current ?? {})).not.toContain('extra');
});

test('the rows are a store, and outside of a component too', async () => {
  const app = await opened();
  const notes = useCollection(app.collections.notes, { where: { done: true } });
  const run = vi.fn();
  const stop = notes.subscribe(run);
  await app.collections.notes.update('b', { done: true });
  await tick();
  expect(run.mock.calls.map(([rows]) => rows.length)).toEqual([0, 1]);
  expect(get(notes)).toMatchObject([{ title: 'second' }]);
  stop();
  await app.collections.notes.update('c', { done: true });
  await tick();
  expect(run).toHaveBeenCalledTimes(2);
});

test('totals follow the documents, as a store too', async () => {
  const app = await opened();
  const byState = useAggregate(app.collections.notes, () => ({ by: 'done' }) as const);
  const run = vi.fn();
  const stop = byState.subscribe(run);
  await app.collections.notes.update('b', { done: true });
  await tick();
  expect(run.mock.lastCall).toEqual([
    [
      { key: false, count: 2 },
      { key: true, count: 1 },
    ],
  ]);
  expect(byState.current).toEqual(run.mock.lastCall?.[0]);
  stop();
});
