import { expect, test } from 'vitest';
import type { StorageDriver } from '../src/driver.ts';
import { createStore, key } from '../src/index.ts';
import { newSpace } from './server-laws.ts';

/** What a store on a server promises, for any engine: stores of several processes agree. */
export function storesAgree(open: (namespace: string) => StorageDriver<string>): void {
  const openStore = (space: string) =>
    createStore({ name: 'app', storage: open(space), keys: { theme: key('light'), count: key(0), late: key('') } });

  test('a key follows what another process sets, removes and sets again', async () => {
    const space = newSpace();
    const [a, b] = [openStore(space), openStore(space)];
    await b.keys.theme.ready;
    for (const value of ['dark', 'blue']) {
      expect(await a.keys.theme.set(value)).toEqual({ saved: true });
      await expect.poll(() => b.keys.theme.get(), { timeout: 5_000 }).toBe(value);
    }
    await a.keys.theme.reset();
    await expect.poll(() => b.keys.theme.get(), { timeout: 5_000 }).toBe('light');
    await Promise.all([a.close(), b.close()]);
  });

  test('updates of several processes at once are all counted', async () => {
    const space = newSpace();
    const stores = [openStore(space), openStore(space), openStore(space)];
    await Promise.all(
      stores.map(async ({ keys }) => {
        for (let turn = 0; turn < 20; turn++) expect(await keys.count.update((count) => count + 1)).toEqual({ saved: true });
      }),
    );
    for (const { keys } of stores) await expect.poll(() => keys.count.get(), { timeout: 5_000 }).toBe(60);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('a store that was closed leaves another one on the same client at work', async () => {
    const space = newSpace();
    const [a, b] = [openStore(space), openStore(space)];
    await a.keys.late.ready;
    await a.close();
    expect(await b.keys.late.set('still here')).toEqual({ saved: true });
    await b.close();
  });
}
