import { expect, test } from 'vitest';
import { fakeStorage } from '../../test/fake-storage.ts';
import { json } from '../codecs/json.ts';
import { collection } from '../collections/declare.ts';
import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { webStorage } from '../drivers/web-storage.ts';
import { key, keyFamily } from '../keys/key.ts';
import { createWorld, faultDriver } from '../testing/index.ts';
import { createAccounts } from './accounts.ts';

interface Note {
  title: string;
}

function setUp() {
  const world = createWorld();
  const shared = memory();
  const storage = faultDriver(shared);
  const area = fakeStorage();
  const heard: string[] = [];
  const openTab = (session = fakeStorage()) => {
    const tab = world.openTab();
    const accounts = createAccounts({
      name: 'app',
      store: () => ({
        storage: storage.driver,
        keys: {
          text: key(''),
          draft: key('', { storage: webStorage(() => session, { codec: json, keeps: 'session' }) }),
          panel: keyFamily((_: string) => key('')),
        },
        collections: { notes: collection<Note>() },
        onError: ({ code }, name) => heard.push(`${name} ${code}`),
      }),
      fence: webStorage(() => area, { codec: json }) as StorageDriver,
      ports: tab.ports,
    });
    return { ...tab, accounts, session };
  };
  /** Everything that lies anywhere, as text. */
  const stored = async (): Promise<string> => {
    const found: unknown[] = [await shared.changes?.(0)];
    for await (const entries of shared.list({ prefix: '' })) found.push(entries);
    return JSON.stringify(found);
  };
  return { world, storage, area, heard, openTab, stored };
}

test('each account has a store of its own, and after a reload the same one is logged in', async () => {
  const { openTab, world } = setUp();
  const { accounts } = openTab();
  expect(accounts.current.get()).toBeUndefined();
  const ada = await accounts.switchAccount('ada');
  expect(await accounts.switchAccount('ada')).toBe(ada);
  await ada.keys.text.set('of Ada');
  await ada.keys.panel('left').set('open');
  await ada.collections.notes.insert({ title: 'of Ada' });
  const bob = await accounts.switchAccount('bob');
  await bob.keys.text.ready;
  expect([bob.keys.text.get(), bob.keys.panel('left').get(), await bob.collections.notes.count()]).toEqual(['', '', 0]);
  await bob.keys.text.set('of Bob');
  await accounts.switchAccount('ada');
  const again = openTab().accounts.current.get();
  await again?.keys.text.ready;
  expect([again?.keys.text.get(), await again?.collections.notes.count()]).toEqual(['of Ada', 1]);
  await world.settle();
});

test('only a hash of the account is stored', async () => {
  const { openTab, stored, area } = setUp();
  const store = await openTab().accounts.switchAccount('ada@example.org');
  await store.keys.text.set('x');
  expect((await stored()) + area.getItem(area.key(0) as string)).not.toContain('ada');
  expect(store.name).toMatch(/^app::[0-9a-f]{32}$/);
});

test('every tab follows a login and a logout', async () => {
  const { openTab, world } = setUp();
  const [one, two] = [openTab(), openTab()];
  let told = 0;
  two.accounts.current.subscribe(() => told++);
  await one.accounts.switchAccount('ada');
  await world.advance(4_000);
  expect([two.accounts.current.get()?.name, told]).toEqual([one.accounts.current.get()?.name, 1]);
  await one.accounts.logout();
  await world.advance(4_000);
  expect([two.accounts.current.get(), told]).toEqual([undefined, 2]);
});

test('a tab that was frozen drops what it holds of an account before it writes any of it, when another one has logged in meanwhile', async () => {
  const { openTab, storage, stored, world, heard } = setUp();
  const [one, two] = [openTab(), openTab()];
  const ada = await two.accounts.switchAccount('ada');
  await ada.keys.text.set('SECRET stored');
  await ada.collections.notes.insert({ title: 'SECRET stored' });
  const live = ada.collections.notes.live();
  const seen: number[] = [];
  live.subscribe(() => seen.push(live.get().data.length));
  await world.settle();
  // Dirty, and not to be written now.
  storage.failAll('UNAVAILABLE');
  void ada.keys.text.set('SECRET dirty');
  void ada.collections.notes.insert({ title: 'SECRET dirty' }).catch(() => {});
  await ada.keys.draft.set('SECRET draft');
  await world.advance(100);
  two.freeze();
  storage.heal();
  one.accounts.current.get();
  await one.accounts.logout({ wipe: true });
  await one.accounts.switchAccount('bob');
  expect(await stored()).not.toContain('SECRET');
  heard.length = 0;
  two.show();
  expect(two.accounts.current.get()?.name).toBe(one.accounts.current.get()?.name);
  expect(ada.keys.text.get()).toBe('');
  await world.settle();
  expect([live.get().data, ada.keys.draft.get(), two.session.length]).toEqual([[], '', 0]);
  await world.advance(120_000);
  expect(await stored()).not.toContain('SECRET');
  expect(live.get().data).toEqual([]);
  // What is refused because its login is over is no failure of the app.
  expect(heard).toEqual([]);
});

test('a tab that has heard nothing of a logout writes nothing more, and drops what it holds', async () => {
  const { openTab, stored, world } = setUp();
  const [one, two] = [openTab(), openTab()];
  await one.accounts.switchAccount('ada');
  const ada = two.accounts.current.get();
  await ada?.keys.text.set('SECRET');
  await ada?.collections.notes.find();
  await one.accounts.logout({ wipe: true });
  const [set, insert] = [ada?.keys.text.set('SECRET again'), ada?.collections.notes.insert({ title: 'SECRET again' })];
  expect(await set).toMatchObject({ saved: false, error: { code: 'CLOSED' } });
  await expect(insert).rejects.toMatchObject({ code: 'CLOSED' });
  await world.settle();
  expect(await stored()).not.toContain('SECRET');
  expect([ada?.keys.text.get(), two.accounts.current.get()]).toEqual(['', undefined]);
});

test('what is under way when the login ends is not shown afterwards', async () => {
  const { openTab, storage, world } = setUp();
  const { accounts } = openTab();
  const ada = await accounts.switchAccount('ada');
  await ada.collections.notes.find();
  await ada.keys.text.ready;
  storage.hold();
  void ada.keys.text.set('SECRET');
  void ada.collections.notes.insert({ title: 'SECRET' }).catch(() => {});
  const late = ada.keys.panel('left');
  late.get();
  await world.settle();
  const left = accounts.logout({ discard: true });
  await world.settle();
  storage.release();
  await left;
  await world.advance(10_000);
  expect([ada.keys.text.get(), late.get(), ada.collections.notes.live().get().data]).toEqual(['', '', []]);
});

test('an account that logs in again after it was wiped loses nothing to a tab that was frozen all the time', async () => {
  const { openTab, world } = setUp();
  const [one, two] = [openTab(), openTab()];
  const before = await two.accounts.switchAccount('ada');
  await before.keys.text.set('before');
  two.freeze();
  one.accounts.current.get();
  await one.accounts.logout({ wipe: true });
  const after = await one.accounts.switchAccount('ada');
  await after.keys.text.ready;
  expect(after.keys.text.get()).toBe('');
  await after.keys.text.set('after');
  await after.collections.notes.insert({ title: 'after' });
  two.show();
  await world.advance(10_000);
  const third = openTab().accounts.current.get();
  await third?.keys.text.ready;
  expect([third?.keys.text.get(), await third?.collections.notes.count(), before.keys.text.get()]).toEqual(['after', 1, '']);
});

test('what cannot be stored keeps the account logged in, unless it is to be discarded', async () => {
  const { openTab, storage } = setUp();
  const { accounts } = openTab();
  const ada = await accounts.switchAccount('ada');
  await ada.keys.text.ready;
  storage.failAll('QUOTA');
  void ada.keys.text.set('unsaved');
  await expect(accounts.switchAccount('bob')).rejects.toMatchObject({ code: 'QUOTA' });
  await expect(accounts.logout()).rejects.toMatchObject({ code: 'QUOTA' });
  expect([accounts.current.get(), ada.keys.text.get()]).toEqual([ada, 'unsaved']);
  storage.heal();
  await accounts.switchAccount('bob', { discard: true });
  expect(accounts.current.get()).not.toBe(ada);
});

test('a login that cannot be noted for the other tabs does not take place', async () => {
  const { openTab, area } = setUp();
  const { accounts } = openTab();
  area.setItem = () => {
    throw new DOMException('', 'QuotaExceededError');
  };
  await expect(accounts.switchAccount('ada')).rejects.toMatchObject({ code: 'QUOTA' });
  expect(accounts.current.get()).toBeUndefined();
});

test('without a storage for the note there are logins all the same, in this tab', async () => {
  const world = createWorld();
  const fence = webStorage(() => {
    throw new DOMException('', 'SecurityError');
  }) as StorageDriver;
  const accounts = createAccounts({
    name: 'app',
    store: () => ({ storage: memory(), keys: { text: key('') } }),
    fence,
    ports: world.openTab().ports,
  });
  const ada = await accounts.switchAccount('ada');
  expect(await ada.keys.text.set('x')).toEqual({ saved: true });
  await accounts.logout();
  expect(accounts.current.get()).toBeUndefined();
  await accounts.close();
});

test('keys and collections that are declared later end with the login too', async () => {
  const { openTab, world } = setUp();
  const [one, two] = [openTab(), openTab()];
  await one.accounts.switchAccount('ada');
  const store = two.accounts.current.get();
  const own = memory();
  const declared = key('', { storage: own });
  const late = store?.key('late', declared);
  expect(store?.key('late', declared)).toBe(late);
  await late?.set('SECRET');
  const notes = store?.collection<Note>('more');
  await notes?.insert({ title: 'SECRET' });
  await one.accounts.logout();
  two.show();
  await world.settle();
  expect([late?.get(), notes?.live().get().data]).toEqual(['', []]);
});
