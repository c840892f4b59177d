import { describe, expect, test } from 'vitest';
import { rich } from '../codecs/rich.ts';
import type { Driver, Entry, StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { createWorld, faultDriver } from '../testing/index.ts';
import { type Kv, type KvChange, kv } from './kv.ts';

const HOUR_MS = 3_600_000;

/** A driver without commits and without order between writers, as a folder or a cookie jar is. Each call takes a turn. */
function plainDriver(): StorageDriver<string> & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const driver: Driver = {
    name: 'plain',
    holds: 'text',
    async get(key) {
      await turn();
      const value = texts.get(key);
      return value === undefined ? undefined : { key, value };
    },
    async *list({ prefix }) {
      await turn();
      const found = [...texts].filter(([key]) => key.startsWith(prefix)).sort();
      yield found.map(([key, value]): Entry => ({ key, value }));
    },
    async set(key, value) {
      await turn();
      texts.set(key, value);
    },
    async delete(key) {
      await turn();
      texts.delete(key);
    },
  };
  return { ...driver, texts };
}

async function entriesIn(driver: StorageDriver): Promise<string[]> {
  const keys: string[] = [];
  for await (const batch of driver.list({ prefix: '' })) keys.push(...batch.map(({ key }) => key));
  return keys;
}

function rejection(work: Promise<unknown>): Promise<{ code: string; path?: string }> {
  return work.then(
    () => expect.unreachable('it worked'),
    (error) => error,
  );
}

describe('a key-value store', () => {
  test('without a driver lives in memory, each on its own', async () => {
    const [a, b] = [kv(), kv()];
    await a.set('key', 1);
    expect(await a.get('key')).toBe(1);
    expect(await b.get('key')).toBeUndefined();
  });

  test('is iterated with for await, in key order', async () => {
    const store = kv<number>();
    await store.setMany([['b', 2], ['a', 1]]); // biome-ignore format: one line
    const seen: [string, number][] = [];
    for await (const entry of store) seen.push(entry);
    expect(seen).toEqual([['a', 1], ['b', 2]]); // biome-ignore format: one line
    for await (const [key] of store) {
      expect(key).toBe('a');
      break;
    }
  });

  test('copies values in and out', async () => {
    const store = kv<{ tags: string[] }>();
    const value = { tags: ['a'] };
    await store.set('key', value);
    value.tags.push('b');
    (await store.get('key'))?.tags.push('c');
    expect(await store.get('key')).toEqual({ tags: ['a'] });
  });

  test('takes a value as it is in the moment of the call', async () => {
    const store = kv<{ n: number }>(plainDriver());
    const value = { n: 1 };
    const saved = store.set('key', value);
    value.n = 2;
    await saved;
    expect(await store.get('key')).toEqual({ n: 1 });
  });

  test('a stored null is a value, and setting undefined removes', async () => {
    const store = kv();
    await store.set('key', null);
    expect([await store.get('key'), await store.has('key')]).toEqual([null, true]);
    await store.set('key', undefined);
    expect([await store.has('key'), await store.keys()]).toEqual([false, []]);
  });

  test('keeps dates, maps, binary data and Blobs: on clone drivers as they are, in text with the rich codec', async () => {
    for (const store of [kv(), kv(plainDriver(), { codec: rich })]) {
      await store.set('key', { date: new Date(5), map: new Map([['a', new Uint8Array([1])]]), blob: new Blob(['b'], { type: 'text/x' }) });
      const back = await store.get<{ date: Date; map: Map<string, Uint8Array>; blob: Blob }>('key');
      expect(back).toMatchObject({ date: new Date(5), map: new Map([['a', new Uint8Array([1])]]) });
      expect([await back?.blob.text(), back?.blob.type]).toEqual(['b', 'text/x']);
    }
  });

  test('refuses what cannot come back equal, by its path, and writes nothing', async () => {
    const driver = plainDriver();
    expect(await rejection(kv(driver).set('key', { at: [new Date()] }))).toMatchObject({ code: 'UNSUPPORTED_VALUE', path: 'at[0]' });
    expect(driver.texts.size).toBe(0);
  });

  test('gives keys that are new, of all 62 characters, each as likely', async () => {
    const store = kv();
    const ids = await Promise.all(Array.from({ length: 500 }, () => store.add(1)));
    expect(new Set(ids).size).toBe(500);
    expect(ids.every((id) => /^[A-Za-z0-9]{24}$/.test(id))).toBe(true);
    const counts = new Map<string, number>();
    for (const character of ids.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
    // Chi squared with 61 degrees of freedom: above 130 once in a million times.
    const mean = (500 * 24) / 62;
    expect(counts.size).toBe(62);
    expect([...counts.values()].reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(130);
  });

  test('refuses a key that is no text, is too long for the driver or has half a character', async () => {
    const store = kv({ ...memory(), named: undefined as never, limits: { maxKeyBytes: 20 } });
    for (const key of [5 as never, 'x'.repeat(20), 'ü'.repeat(10), '\ud800'])
      expect(await rejection(store.set(key, 1))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    await store.set('x'.repeat(15), 1);
  });

  test('after close everything rejects with CLOSED, in the stores below it too', async () => {
    const store = kv();
    const below = store.prefix('a');
    await store.close();
    await store.close();
    for (const work of [store.get('a'), below.set('a', 1), below.keys(), store.clear(), store.update('a', () => 1)])
      expect(await rejection(work)).toMatchObject({ code: 'CLOSED' });
  });

  test('a storage that fails is never taken for one without the value', async () => {
    const faults = faultDriver(memory());
    const store = kv(faults.driver);
    await store.set('key', 1);
    faults.failAll('UNAVAILABLE');
    for (const work of [store.get('key'), store.has('key'), store.set('key', 2), store.delete('key'), store.update('key', () => 2)])
      expect(await rejection(work)).toMatchObject({ code: 'UNAVAILABLE' });
    faults.heal();
    expect(await store.get('key')).toBe(1);
  });

  test('an error of a driver that is none of ours becomes one, with its cause', async () => {
    const cause = new Error('socket closed');
    const store = kv({ ...plainDriver(), get: () => Promise.reject(cause) });
    expect(await rejection(store.get('key'))).toMatchObject({ name: 'StoreError', code: 'UNAVAILABLE', cause });
  });

  test('what is broken under a key rejects with CORRUPT on get, is left out of lists, and can be written over and deleted', async () => {
    const driver = plainDriver();
    const store = kv(driver);
    await store.set('sound', 1);
    driver.texts.set('kv!broken!', '{"a":');
    expect(await rejection(store.get('broken'))).toMatchObject({ code: 'CORRUPT' });
    expect(await store.all()).toEqual({ sound: 1 });
    expect(await store.delete('broken')).toBe(true);
    driver.texts.set('kv!broken!', '{"a":');
    await store.set('broken', 2);
    expect(await store.all()).toEqual({ broken: 2, sound: 1 });
  });
});

describe('prefixes', () => {
  test('stack, inherit the lifetime, and store() begins again from what kv() gave', async () => {
    const driver = memory();
    const store = kv(driver, { prefix: 'app', expires: '1h' });
    const deep = store.prefix('a').expires('2h').prefix('b');
    await deep.set('key', 1);
    await deep.store('named').set('key', 2);
    await store.prefix('named').set('other', 3);
    expect(await entriesIn(driver)).toEqual(['app!a!b!key!', 'app!named!key!', 'app!named!other!']);
    expect(await deep.store('named').keys()).toEqual(['key', 'other']);
  });

  test('a key that looks like a path is only a key', async () => {
    const store = kv();
    await store.set('a!b!', 1);
    await store.prefix('a').set('b', 2);
    expect(await store.all()).toEqual({ 'a!b!': 1 });
    expect(await store.prefix('a').all()).toEqual({ b: 2 });
  });

  test('an entry named __proto__ is an own property of the whole', async () => {
    const store = kv();
    await store.set('__proto__', { polluted: true });
    const whole = await store.all();
    expect(Object.keys(whole)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(whole)).toBe(Object.prototype);
  });
});

describe('lifetimes', () => {
  test('come from the store, the sub-store or the call, the nearest first', async () => {
    const world = createWorld();
    const store = kv(memory(), { expires: '1h', ports: world.openTab().ports });
    await store.set('store', 1);
    await store.expires('2h').set('sub-store', 1);
    await store.expires('2h').set('call', 1, { expires: '1h30m' });
    await store.set('never', 1, { expires: 'never' });
    const left = async (ms: number): Promise<string[]> => {
      await world.advance(ms);
      return store.keys();
    };
    expect(await left(HOUR_MS - 1)).toEqual(['call', 'never', 'store', 'sub-store']);
    expect(await left(1)).toEqual(['call', 'never', 'sub-store']);
    expect(await left(HOUR_MS / 2)).toEqual(['never', 'sub-store']);
    expect(await left(HOUR_MS / 2)).toEqual(['never']);
    expect(await left(1e15)).toEqual(['never']);
  });

  test('of 0 remove at once, as an option, of a sub-store and of a call alike', async () => {
    for (const store of [kv(memory(), { expires: 0 }), kv().expires('0s'), kv()]) {
      await store.set('key', 1, { expires: 'never' });
      await (store === undefined ? store : store.set('key', 2, { expires: 0 }));
      expect(await store.keys()).toEqual([]);
    }
    expect(await kv(memory(), { expires: 0 }).set('key', 1)).toBe('key');
  });

  test.each(['potato', '', '60', '-5s', '1,5s', '1_000ms', -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'a lifetime of %j is refused, and never means for ever',
    async (expires) => {
      expect(() => kv(memory(), { expires })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      expect(() => kv().expires(expires)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      expect(await rejection(kv().set('key', 1, { expires }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  test('what a read meets that has expired is removed from the storage', async () => {
    const driver = memory();
    const world = createWorld();
    const store = kv(driver, { expires: '1s', ports: world.openTab().ports });
    await store.setMany(Object.entries({ a: 1, b: 2, c: 3 }));
    await world.advance(1_000);
    expect(await store.get('a')).toBeUndefined();
    await world.settle();
    expect(await entriesIn(driver)).toEqual(['kv!b!', 'kv!c!']);
    expect(await store.keys()).toEqual([]);
    await world.settle();
    expect(await entriesIn(driver)).toEqual([]);
  });

  test('what was written again since a read found it expired is not removed', async () => {
    const driver = memory();
    const world = createWorld();
    const store = kv({ ...driver, named: undefined as never }, { expires: '1s', ports: world.openTab().ports });
    await store.set('key', 'old');
    await world.advance(1_000);
    const read = store.get('key');
    await store.set('key', 'new');
    await read;
    await world.settle();
    expect(await store.get('key')).toBe('new');
  });

  test.each([
    ['with commits', memory],
    ['without', plainDriver],
  ])('prune counts what it removed, %s', async (_, make) => {
    const driver: StorageDriver = make();
    const world = createWorld();
    const ports = world.openTab().ports;
    const store = kv(driver, { ports, expires: '1s' });
    await store.setMany(Object.entries({ a: 1, b: 2 }));
    await store.prefix('below').set('c', 3);
    await store.set('stays', 1, { expires: 'never' });
    const other = kv(driver, { prefix: 'other', ports, expires: '1s' });
    await other.set('key', 1);
    await world.advance(1_000);
    expect(await store.prune()).toBe(3);
    expect(await store.prune()).toBe(0);
    expect(await entriesIn(driver)).toEqual(['kv!stays!', 'other!key!']);
  });
});

describe('update', () => {
  test.each([
    ['with commits', memory],
    ['without', plainDriver],
  ])('loses no change of the same moment, %s', async (_, make) => {
    const store = kv<number>(make() as StorageDriver);
    await Promise.all(Array.from({ length: 50 }, () => store.prefix<number>('n').update('count', (n = 0) => n + 1)));
    expect(await store.prefix('n').get('count')).toBe(50);
  });

  test('a set without commits waits for the update under way, and is not lost in it', async () => {
    const store = kv<number[]>(plainDriver());
    const updated = store.update('list', (list = []) => [...list, 1]);
    await Promise.all([updated, store.set('list', [2])]);
    expect(await store.get('list')).toEqual([2]);
  });

  test('keeps the deadline of what is there, gives a new value that of the store, and takes another from the call', async () => {
    const world = createWorld();
    const store = kv<number>(memory(), { expires: '1h', ports: world.openTab().ports });
    await store.update('count', () => 1);
    await world.advance(HOUR_MS / 2);
    expect(await store.update('count', (n = 0) => n + 1)).toBe(2);
    await store.update('other', () => 1, { expires: '2h' });
    await world.advance(HOUR_MS / 2);
    expect(await store.keys()).toEqual(['other']);
    await store.update('other', (n = 0) => n, { expires: '5h' });
    await world.advance(4 * HOUR_MS);
    expect(await store.keys()).toEqual(['other']);
  });

  test('waits for a change that takes time, removes by undefined, and passes on what the change throws', async () => {
    const store = kv<number>();
    expect(await store.update('key', async () => 1)).toBe(1);
    expect(await store.update('key', () => undefined)).toBeUndefined();
    expect(await store.has('key')).toBe(false);
    const cause = new Error('no');
    expect(await rejection(store.update('key', () => Promise.reject(cause)))).toMatchObject({ code: 'INVALID_ARGUMENT', cause });
    expect(await store.update('key', () => 2)).toBe(2);
  });
});

describe('watch', () => {
  test('gives the value of a key after each change, and tells no one of an equal one', async () => {
    const store = kv<{ n: number }>();
    await store.set('key', { n: 0 });
    const seen: unknown[] = [];
    const stop = await store.watch('key', (value) => seen.push(value));
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    for (const n of [0, 1, 1, 2]) {
      await store.set('key', { n });
      await settle();
    }
    await store.delete('key');
    await store.set('other', { n: 3 });
    await settle();
    stop();
    stop();
    await store.set('key', { n: 4 });
    await settle();
    expect(seen).toEqual([{ n: 1 }, { n: 2 }, undefined]);
  });

  test('tells when the lifetime of a value ends', async () => {
    const world = createWorld();
    const store = kv(memory(), { ports: world.openTab().ports });
    const seen: unknown[] = [];
    await store.watch('key', (value) => seen.push(value));
    await store.set('key', 1, { expires: '1h' });
    await world.advance(HOUR_MS);
    expect(seen).toEqual([1, undefined]);
  });

  test('of a store tells its own keys, and not those of others', async () => {
    const store = kv();
    const seen: KvChange[] = [];
    const stop = await store.prefix('a').watch((change) => seen.push(change));
    await store.set('key', 1);
    await store.prefix('a').prefix('b').set('key', 1);
    await store.prefix('a').setMany(Object.entries({ x: 1, y: 2 }));
    await store.prefix('a').delete('x');
    stop();
    await store.prefix('a').set('z', 1);
    expect(seen).toEqual([{ type: 'change', keys: ['x', 'y'] }, { type: 'change', keys: ['x'] }]); // biome-ignore format: one line
  });

  test('watches the driver once, from the first listener to the last', async () => {
    const calls: string[] = [];
    let report: ((change: { type: 'reset' }) => void) | undefined;
    const driver: StorageDriver<string> = {
      ...plainDriver(),
      async watch(listener) {
        calls.push('watch');
        report = listener;
        return () => calls.push('stop');
      },
    };
    const store = kv(driver);
    const seen: unknown[] = [];
    const stops = [await store.watch('key', (value) => seen.push(value)), await store.watch((change) => seen.push(change))];
    await driver.set('kv!key!', '1');
    await new Promise((resolve) => setTimeout(resolve, 10));
    report?.({ type: 'reset' });
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const stop of stops) stop();
    await Promise.resolve();
    expect([seen, calls]).toEqual([[{ type: 'reset' }, 1], ['watch', 'stop']]); // biome-ignore format: one line
  });

  test('a listener that throws is reported, and the write that it heard of has worked', async () => {
    const world = createWorld();
    const store = kv(memory(), { ports: world.openTab().ports });
    await store.watch(() => {
      throw new Error('in a listener');
    });
    await store.set('key', 1);
    expect(world.reported).toEqual([new Error('in a listener')]);
  });

  test('that cannot begin rejects, and nothing goes on listening', async () => {
    const store: Kv = kv({ ...plainDriver(), watch: () => Promise.reject(new Error('no feed')) });
    expect(await rejection(store.watch(() => expect.unreachable('heard')))).toMatchObject({ code: 'UNAVAILABLE' });
    await store.set('key', 1);
  });
});
