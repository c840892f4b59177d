import type { Driver } from '../driver.ts';
import { type Kv, type KvOptions, kv } from '../kv/kv.ts';
import { all, check, type DriverLaw, law, rejects, until } from './driver-law.ts';

/** Names that one of the systems of the field mixes up: by patterns, by letter case, by separators, or by their prototype. */
const HOSTILE_NAMES = [
  ...['a', 'A', 'a:', 'a:b', 'a_', 'aXb', 'a_b', 'a%', '%', '_', 'a*', '*', 'a?', '[a]', 'p[1]', 'a\\', 'a!', '!', 'a"', '"', ' '],
  ...['', '..', '../a', 'a/b', 'a%2Fb', '__proto__', 'constructor', 'length', 'ключ', 'á', '💾', '\ud7ff', '\u0000', '\n', "'; --", '$'],
];

const open = (driver: Driver<unknown>, options: KvOptions = {}): Kv => kv(driver, { prefix: 'laws', ...options });

/** A clock that is put forward by hand. Begins now, because some drivers look at their own one too. */
function handClock(): { now(): number; advance(ms: number): void } {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    advance(ms) {
      offsetMs += ms;
    },
  };
}

async function keysBelow(driver: Driver<unknown>, prefix: string): Promise<string> {
  return (await all(driver, { prefix, keysOnly: true })).map(({ key }) => key).join();
}

/** What `kv()` keeps on every driver. Use as `driverLaws`. */
export const kvLaws: readonly DriverLaw[] = [
  law('kv: what is set is read by key, as a list and as a whole; absent is undefined', async ({ driver }) => {
    const store = open(driver);
    check((await store.set('list', [1, { a: null }])) === 'list', 'set gave another key');
    await store.set('empty', '');
    check(JSON.stringify(await store.get('list')) === '[1,{"a":null}]' && (await store.get('empty')) === '', 'read something else');
    check((await store.get('nothing')) === undefined && !(await store.has('nothing')) && (await store.has('empty')), 'absent is wrong');
    check((await store.keys()).join() === 'empty,list' && (await store.values()).length === 2, 'listed something else');
    check(JSON.stringify(await store.all()) === '{"empty":"","list":[1,{"a":null}]}', 'gave something else as a whole');
    check((await store.delete('list')) && !(await store.delete('list')) && (await store.keys()).join() === 'empty', 'deleted wrongly');
  }),
  law('kv: a prefix of any name is a namespace of its own, and clearing one leaves all others', async ({ driver }) => {
    const stores = HOSTILE_NAMES.map((name) => open(driver).prefix(name));
    for (const [index, store] of stores.entries()) await store.set('key', index);
    for (const [index, store] of stores.entries()) {
      check((await store.get('key')) === index, `mixed up the prefix ${JSON.stringify(HOSTILE_NAMES[index])}`);
      check((await store.keys()).join() === 'key', `the prefix ${JSON.stringify(HOSTILE_NAMES[index])} lists ${await store.keys()}`);
    }
    check((await open(driver).keys()).length === 0, 'the store above lists what is below it');
    for (const [index, store] of stores.entries()) {
      await store.clear();
      const next = stores[index + 1];
      if (next) check((await next.get('key')) === index + 1, `clearing ${JSON.stringify(HOSTILE_NAMES[index])} removed the next one`);
      check((await store.keys()).length === 0, 'cleared nothing');
    }
  }),
  law('kv: a key of any name is a key of its own', async ({ driver }) => {
    const store = open(driver);
    for (const name of HOSTILE_NAMES) await store.set(name, `value of ${name}`);
    for (const name of HOSTILE_NAMES) check((await store.get(name)) === `value of ${name}`, `mixed up the key ${JSON.stringify(name)}`);
    check((await store.keys()).sort().join() === [...HOSTILE_NAMES].sort().join(), `lists ${await store.keys()}`);
  }),
  law('kv: what others put there is neither listed nor cleared nor pruned', async ({ driver }) => {
    const foreign = ['laws', 'laws!', 'laws!x', 'laws!a b!', 'laws:a', 'lawsa!k!', 'a'];
    for (const key of foreign) await driver.set(key, '{"not":');
    const store = open(driver);
    await store.set('ours', 1);
    check((await store.keys()).join() === 'ours', `lists ${await store.keys()}`);
    await store.prune();
    await store.clear();
    for (const key of foreign) check((await driver.get(key))?.value === '{"not":', `removed ${key}`);
    check((await all(driver, { prefix: '' })).length === foreign.length, 'did not clear what is ours');
  }),
  law('kv: clear takes what lies below, and no neighbour', async ({ driver }) => {
    const store = open(driver).prefix('a');
    await store.set('key', 1);
    await store.prefix('b').set('key', 1);
    await open(driver).prefix('b').set('key', 2);
    await store.clear();
    check((await store.prefix('b').get('key')) === undefined, 'left what lies below');
    check((await open(driver).store('b').get('key')) === 2, 'took a neighbour');
  }),
  law('kv: what has expired is absent, and prune removes it for good and says how many', async ({ driver }) => {
    const { now, advance } = handClock();
    const store = open(driver, { expires: '1h', ports: { now } });
    await store.set('short', 1);
    await store.set('long', 1, { expires: '1d' });
    await store.set('ever', 1, { expires: 'never' });
    await store.prefix('below').set('short', 1);
    advance(2 * 3_600_000);
    check((await store.prune()) === 2, 'counted something else');
    check((await keysBelow(driver, 'laws!')) === 'laws!ever!,laws!long!', `left ${await keysBelow(driver, 'laws!')}`);
    advance(30 * 3_600_000);
    check((await store.keys()).join() === 'ever' && !(await store.has('long')), 'showed what has expired');
    check(await store.set('long', 2).then(() => store.has('long')), 'could not write over what has expired');
  }),
  law('kv: updates at the same time lose none', async ({ driver, other }) => {
    // Without commits it is exact within one kv only, in web storage within one process.
    const isExact = driver.changes || (driver.commit && !driver.getSync);
    const stores = isExact && other ? [open(driver), open(other)] : [open(driver)];
    const turns = Array.from({ length: 24 }, (_, turn) => stores[turn % stores.length] as Kv<number>);
    await Promise.all(turns.map((store) => store.update('count', (n = 0) => n + 1)));
    check((await stores[0]?.get('count')) === 24, `counted ${await stores[0]?.get('count')}`);
  }),
  law('kv: add never writes over what is there', async ({ driver }) => {
    const ids = ['same', 'same', 'new'];
    const store = open(driver, { ports: { randomId: () => ids.shift() as string } });
    check((await store.add(1)) === 'same' && (await store.add(2)) === 'new', 'gave another key');
    check((await store.get('same')) === 1, 'wrote over it');
  }),
  law('kv: setMany writes all, and nothing where one value cannot be stored', async ({ driver }) => {
    const store = open(driver);
    await store.set('old', 1);
    check(await rejects(() => store.setMany([['a', 1], ['b', () => {}]])), 'stored a function'); // biome-ignore format: one line
    check((await store.keys()).join() === 'old', 'wrote in part');
    await store.setMany(Object.entries({ a: 1, b: 2, old: undefined }));
    check(JSON.stringify(await store.all()) === '{"a":1,"b":2}', 'wrote something else');
    check((await store.getMany(['b', 'nothing', 'a'])).join() === '2,,1', 'read something else');
  }),
  law(
    'kv: watch tells of what others write, by key and by prefix',
    async ({ driver, other }) => {
      if (!other) return;
      const store = open(driver).prefix('watched');
      const values: unknown[] = [];
      const keys: string[] = [];
      const stops = [
        await store.watch('key', (value) => values.push(value)),
        await store.watch((change) => keys.push(...(change.type === 'reset' ? ['reset'] : change.keys))),
      ];
      await open(other).set('key', 'of another store');
      await open(other).prefix('watched').set('key', 1);
      await until('never heard of the set', () => values.at(-1) === 1 && keys.some((key) => key === 'key' || key === 'reset'));
      await open(other).prefix('watched').delete('key');
      await until('never heard of the deletion', () => values.length === 2 && values[1] === undefined);
      for (const stop of stops) stop();
    },
    (driver) => Boolean(driver.watch),
  ),
];
