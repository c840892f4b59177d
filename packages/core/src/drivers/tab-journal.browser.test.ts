import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../driver.ts';
import { tabJournal } from './tab-journal.ts';

let writtenSince: (key: string, atMs: number) => boolean;
beforeEach(() => {
  writtenSince = () => false;
});
afterEach(() => localStorage.clear());

/** The journal of one more tab of this origin: what it notes only another one may recover. */
const openTab = (): Journal => tabJournal('test', async (key, atMs) => (writtenSince(key, atMs) ? undefined : 7));

async function recovered(journal: Journal): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  await journal.recover(async (key, value, after) => {
    expect(after).toBe(7);
    found.push([key, value]);
  });
  return found;
}

describe('what a tab has noted', () => {
  test('is handed over once, although the tab still lives: it may lie in the back/forward cache for hours', async () => {
    const tab = openTab();
    tab.write('a', { n: 1 });
    tab.write('b', undefined);
    tab.write('a', { n: 2 });
    const next = openTab();
    expect(await recovered(next)).toEqual([
      ['b', undefined],
      ['a', { n: 2 }],
    ]);
    expect(localStorage.length).toBe(0);
    expect(next.recover(async () => {})).toBeUndefined();
  });

  test('is not handed to the tab itself, nor to another database', () => {
    const tab = openTab();
    tab.write('a', 1);
    expect(tab.recover(async () => {})).toBeUndefined();
    expect(tabJournal('tes', async () => 7).recover(async () => {})).toBeUndefined();
  });

  test('is dropped where the key was written since', async () => {
    const before = Date.now();
    const tab = openTab();
    tab.write('old', 1);
    tab.write('new', 2);
    writtenSince = (key, atMs) => key === 'old' && atMs >= before && atMs <= Date.now();
    expect(await recovered(openTab())).toEqual([['new', 2]]);
    expect(localStorage.length).toBe(0);
  });

  test('is gone when it is forgotten', () => {
    const tab = openTab();
    tab.write('a', 1);
    tab.write('b', 2);
    tab.forget('a');
    expect(localStorage.length).toBe(1);
    tab.forget('b');
    tab.forget('b');
    expect(localStorage.length).toBe(0);
  });

  test('stays when it was noted while others were handed over', async () => {
    const tab = openTab();
    tab.write('a', 1);
    await openTab().recover(async () => tab.write('b', 2));
    expect(await recovered(openTab())).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('stays when it could not be stored', async () => {
    openTab().write('a', 1);
    const failed = openTab().recover(async () => {
      throw new Error('full');
    });
    await expect(failed).resolves.toBeUndefined();
    expect(await recovered(openTab())).toEqual([['a', 1]]);
  });
});

test('only what JSON can hold is noted, up to 64 kB; what is not noted replaces what was', async () => {
  const tab = openTab();
  for (const value of [new Date(), 1n, 'x'.repeat(65_535), { at: undefined }, new Blob(['x'])]) {
    tab.write('a', 'before');
    tab.write('a', value);
    expect(localStorage.length).toBe(0);
  }
  tab.write('a', 'x'.repeat(65_534));
  const [[, text] = []] = await recovered(openTab());
  expect(String(text)).toHaveLength(65_534);
});

test('what is no note is left alone and stops nobody', async () => {
  const tab = openTab();
  tab.write('a', 1);
  const [name = ''] = Object.keys(localStorage);
  const text = localStorage.getItem(name) ?? '';
  localStorage.setItem(`${name}0`, '[["b",1');
  localStorage.setItem(`${name}1`, '{}');
  expect(await recovered(openTab())).toEqual([['a', 1]]);
  expect(Object.keys(localStorage)).toEqual(expect.arrayContaining([`${name}0`, `${name}1`]));
  expect(text).toContain('"a"');
});
