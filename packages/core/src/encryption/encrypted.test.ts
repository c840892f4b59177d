import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { browserPorts } from '../browser.ts';
import type { Driver, StorageDriver } from '../driver.ts';
import { indexedDb } from '../drivers/indexed-db.ts';
import { memory } from '../drivers/memory.ts';
import { webStorage } from '../drivers/web-storage.ts';
import { collection } from '../index.ts';
import { encodePath } from '../key-path.ts';
import { key } from '../keys/key.ts';
import { logged } from '../logged.ts';
import { createStore } from '../store.ts';
import { driverLaws } from '../testing/index.ts';
import { deviceVault } from './device-vault.ts';
import { encrypted } from './encrypted.ts';
import { passwordVault } from './password-vault.ts';
import type { Vault } from './vault.ts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const quick = (name: string) => passwordVault({ name, iterations: 1 });
const SECRET = 'the-secret-of-the-day';

function open(storage: StorageDriver, vault: Vault = deviceVault()) {
  const keys = { text: key(''), other: key(''), when: key<{ at: Date } | null>(null) };
  return createStore({
    name: 'app',
    storage: logged(encrypted(storage, vault)),
    keys,
    collections: { notes: collection<{ title: string }>() },
    onError: () => {},
  });
}

async function dump(storage: StorageDriver): Promise<string> {
  const driver = storage.named?.('app', browserPorts()) ?? storage;
  const found: unknown[] = [];
  for await (const entries of driver.list({ prefix: '' })) found.push(...entries);
  return JSON.stringify([found, await driver.changes?.(0)]);
}

describe('laws of drivers', () => {
  for (const law of driverLaws) {
    const [driver] = [encrypted(memory(), deviceVault()) as Driver<unknown>];
    if (law.appliesTo(driver)) test(law.name, () => law.run({ driver: encrypted(memory(), deviceVault()) as Driver<unknown> }));
  }
});

test('of several writes of one key the last stays, however long each takes to be sealed', async () => {
  const device = deviceVault();
  let longest = 60;
  const vault: Vault = {
    ...device,
    async keyOf(id) {
      longest -= 20;
      await new Promise((resume) => setTimeout(resume, longest));
      return device.keyOf(id);
    },
  };
  const driver = encrypted(memory(), vault) as Driver<unknown>;
  await Promise.all([driver.set('key', '1'), driver.set('key', '2'), driver.delete('gone'), driver.set('key', '3')]);
  expect((await driver.get('key'))?.value).toBe('3');
  await Promise.all([driver.set('key', '4'), driver.delete('key')]);
  expect(await driver.get('key')).toBeUndefined();
});

test('what is stored, and what is appended, shows nothing of the values; a new start reads them', async () => {
  const storage = memory();
  const store = open(storage);
  await Promise.all([store.keys.text.set(SECRET), store.keys.when.set({ at: new Date(5) })]);
  const id = await store.collections.notes.insert({ title: SECRET });
  expect(await dump(storage)).not.toContain(SECRET);
  expect(await dump(storage)).toContain('sealed:1:');
  await store.close();
  const again = open(storage);
  await Promise.all([again.keys.text.ready, again.keys.when.ready]);
  expect(again.keys.text.get()).toBe(SECRET);
  expect(again.keys.when.get()).toEqual({ at: new Date(5) });
  expect(await again.collections.notes.findOne(id)).toMatchObject({ title: SECRET });
});

test('two values of the same text have nothing in common where they are stored', async () => {
  const storage = memory();
  const store = open(storage);
  await Promise.all([store.keys.text.set(SECRET), store.keys.other.set(SECRET)]);
  const at = async (name: string) => (await storage.get(encodePath(['app', name])))?.value as string;
  expect((await at('text')).slice(-40)).not.toBe((await at('other')).slice(-40));
});

test.each<[string, (sealed: string, other: string) => string]>([
  ['moved from another key', (_, other) => other],
  ['changed in one bit', (sealed) => sealed.replace(/.(?=.{30}$)/, (letter) => (letter === 'A' ? 'B' : 'A'))],
  ['cut off', (sealed) => sealed.slice(0, -8)],
  ['replaced by clear text', () => '"mine"'],
])('what was %s is corrupt: reported, kept, and not believed', async (_, tamper) => {
  const storage = memory();
  const store = open(storage);
  await Promise.all([store.keys.text.set(SECRET), store.keys.other.set('other')]);
  await store.close();
  const path = (name: string) => encodePath(['app', name]);
  const sealed = (name: string) => storage.get(path(name)).then((entry) => entry?.value as string);
  const bad = tamper(await sealed('text'), await sealed('other'));
  await storage.set(path('text'), bad);
  const { text } = open(storage).keys;
  await expect(text.ready).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(text.get()).toBe('');
  expect(await sealed('text')).toBe(bad);
  expect(await text.set('new')).toEqual({ saved: true });
  expect(text.status.get().state).toBe('ready');
});

test('a wrong password, and a vault of somebody else, are LOCKED, and write over nothing', async () => {
  const storage = memory();
  const mine = quick('mine');
  await mine.unlock('right');
  const store = open(storage, mine);
  await store.keys.text.set(SECRET);
  await store.close();
  const before = await dump(storage);

  const again = quick('mine');
  await expect(again.unlock('wrong')).rejects.toMatchObject({ code: 'LOCKED' });
  const locked = open(storage, again);
  await expect(locked.keys.text.ready).rejects.toMatchObject({ code: 'LOCKED' });
  void locked.keys.text.set('over it');
  const theirs = quick('theirs');
  await theirs.unlock('theirs');
  const foreign = open(storage, theirs);
  await expect(foreign.keys.text.ready).rejects.toMatchObject({ code: 'LOCKED' });
  void foreign.keys.text.set('over it');
  await new Promise((resume) => setTimeout(resume, 50));
  expect(await dump(storage)).toBe(before);
});

test('what is set while the vault is locked is kept, and stored on top of what was stored once it is unlocked', async () => {
  const storage = memory();
  const vault = quick('v');
  await vault.unlock('right');
  await open(storage, vault).keys.text.set('stored');
  vault.lock();
  const { text } = open(storage, vault).keys;
  await text.ready.catch(() => {});
  const saved = text.set((before) => `${before}, and more`);
  await vault.unlock('right');
  expect(await saved).toEqual({ saved: true });
  expect(text.get()).toBe('stored, and more');
});

test('another password opens the same data, and the old one no more', async () => {
  const storage = memory();
  const vault = quick('v');
  await vault.unlock('old');
  await open(storage, vault).keys.text.set(SECRET);
  await vault.changePassword('old', 'new');
  const again = quick('v');
  await expect(again.unlock('old')).rejects.toMatchObject({ code: 'LOCKED' });
  await again.unlock('new');
  const { text } = open(storage, again).keys;
  await text.ready;
  expect(text.get()).toBe(SECRET);
});

test('after a rotation everything can be read; reseal may be cut off anywhere, and goes on where it was', async () => {
  for (let cut = 0; cut < 4; cut++) {
    const storage = memory();
    const vault = quick(`v${cut}`);
    await vault.unlock('p');
    const old = (await vault.keyOf()).id;
    const store = open(storage, vault);
    await Promise.all([store.keys.text.set('1'), store.keys.other.set('2'), store.keys.when.set({ at: new Date(3) })]);
    await vault.rotate();
    let commits = 0;
    const dying: StorageDriver = {
      ...storage,
      async commit(...args) {
        if (++commits > cut) throw new Error('killed');
        return storage.commit?.(...args);
      },
    };
    await encrypted({ ...dying, named: undefined as never }, vault, {})
      .reseal()
      .catch(() => {});
    const sealed = encrypted(storage, vault);
    expect(await sealed.reseal('app')).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(await entriesOf(storage))).not.toContain(old);
    const again = open(storage, vault);
    await Promise.all([again.keys.text.ready, again.keys.when.ready]);
    expect([again.keys.text.get(), again.keys.when.get()]).toEqual(['1', { at: new Date(3) }]);
  }
});

async function entriesOf(storage: StorageDriver): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const entries of storage.list({ prefix: '' })) found.push(...entries);
  return found;
}

test('keys of a device cannot be exported, and two tabs that start at once have the same', async () => {
  const [one, two] = await Promise.all([deviceVault().keyOf(), deviceVault().keyOf()]);
  expect(one.id).toBe(two.id);
  expect(one.key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', one.key)).rejects.toThrow();
  await deviceVault().rotate();
  expect((await deviceVault().keyOf()).id).not.toBe(one.id);
  await deviceVault().forget();
  await expect(deviceVault().keyOf(one.id)).rejects.toMatchObject({ code: 'LOCKED' });
});

test('works on text, and on IndexedDB, in the order of the calls', async () => {
  const items = new Map<string, string>();
  const texts = {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, text: string) => void items.set(name, text),
    removeItem: (name: string) => void items.delete(name),
  } as Storage;
  for (const storage of [webStorage(() => texts) as StorageDriver, indexedDb({ name: 'app' })]) {
    const store = open(storage);
    await store.keys.text.ready;
    void store.keys.text.set('x'.repeat(100_000));
    void store.keys.text.flush();
    await store.keys.text.set(SECRET);
    await store.flush();
    expect(await dump(storage)).not.toContain(SECRET);
    await store.close();
    const again = open(storage);
    await again.keys.text.ready;
    expect(again.keys.text.get()).toBe(SECRET);
    await again.close();
  }
});
