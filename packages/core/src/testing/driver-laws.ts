import type { Driver } from '../driver.ts';
import { capabilityLaws } from './capability-laws.ts';
import { all, check, type DriverLaw, law } from './driver-law.ts';
import { logLaws } from './log-laws.ts';

const ODD_KEYS = [
  'a*b',
  'a%2Fb',
  '../a',
  'a:b',
  'a_b',
  'a[b]',
  'length',
  '__proto__',
  'constructor',
  'getItem',
  'ключ',
  '💾',
  ' ',
  'A',
  'a',
  'á',
];

/** The laws that every driver keeps. Use: `for (const law of driverLaws) test(law.name, …)`. A gap is an expected failure with its reason, never a skipped law. */
export const driverLaws: readonly DriverLaw[] = [
  law('absent is undefined', async ({ driver }) => {
    check((await driver.get('nothing')) === undefined, 'get of an absent key gave something');
  }),
  law('what is set is read, the empty text too', async ({ driver }) => {
    for (const value of ['text', '', '{"a":1}', 'null', '10', '💾 "quoted"\n', 'x'.repeat(100_000)]) {
      await driver.set('key', value);
      check((await driver.get('key'))?.value === value, `read something else than ${value.slice(0, 20)}`);
    }
  }),
  law('a driver that holds clones brings back what structured clone carries', async ({ driver }) => {
    if (driver.holds !== 'clone') return;
    const value = { date: new Date(5), map: new Map([['a', new Set([1n])]]), bytes: new Uint8Array([1, 2]), nothing: undefined };
    await driver.set('key', value);
    const back = (await driver.get('key'))?.value as typeof value;
    check(back !== value, 'gave the very object that was set');
    check(back.date.getTime() === 5 && back.map.get('a')?.has(1n) && back.bytes[1] === 2 && 'nothing' in back, 'lost a part');
    value.map.clear();
    const again = (await driver.get('key'))?.value as typeof value | undefined;
    check(again?.map.size === 1, 'a change of the caller reached what is stored');
  }),
  law('a driver that holds clones brings back a Blob with its type and bytes', async ({ driver }) => {
    if (driver.holds !== 'clone') return;
    await driver.set('blob', { file: new File(['bytes'], 'a.txt', { type: 'text/plain', lastModified: 7 }), blob: new Blob(['b']) });
    const back = (await driver.get('blob'))?.value as { file: File; blob: Blob };
    check(back.file.name === 'a.txt' && back.file.type === 'text/plain' && back.file.lastModified === 7, 'lost the name, type or date');
    check((await back.file.text()) === 'bytes' && (await back.blob.text()) === 'b', 'lost bytes');
  }),
  law('keys are opaque', async ({ driver }) => {
    for (const key of ODD_KEYS) await driver.set(key, `value of ${key}`);
    for (const key of ODD_KEYS) check((await driver.get(key))?.value === `value of ${key}`, `mixed up the key ${key}`);
  }),
  law('deleting removes, and deleting what is not there is no error', async ({ driver }) => {
    await driver.set('key', 'value');
    await driver.delete('key');
    await driver.delete('key');
    check((await driver.get('key')) === undefined, 'still there');
  }),
  law('lists the keys under the prefix, each once, in order, and no others', async ({ driver }) => {
    for (const key of ['user:2', 'user:1', 'users:1', 'user', 'USER:1', 'use', 'user:10']) await driver.set(key, key);
    const found = await all(driver, { prefix: 'user:' });
    check(found.map(({ key }) => key).join() === 'user:1,user:10,user:2', `listed ${found.map(({ key }) => key)}`);
    check(
      found.every(({ key, value }) => key === value),
      'listed a wrong value',
    );
  }),
  law('lists after a key, up to a limit, and keys alone', async ({ driver }) => {
    for (const key of ['p1', 'p2', 'p3', 'q1']) await driver.set(key, key);
    const keys = async (range: Parameters<Driver['list']>[0]) => (await all(driver, range)).map(({ key }) => key).join();
    check((await keys({ prefix: 'p', after: 'p1' })) === 'p2,p3', 'after is wrong');
    check((await keys({ prefix: 'p', limit: 2 })) === 'p1,p2', 'limit is wrong');
    check((await keys({ prefix: 'p', after: 'p1', limit: 1 })) === 'p2', 'after with a limit is wrong');
    check((await keys({ prefix: 'p', keysOnly: true })) === 'p1,p2,p3', 'keysOnly is wrong');
    check((await keys({ prefix: '' })) === 'p1,p2,p3,q1', 'the empty prefix is wrong');
  }),
  law('lists thousands, or as many as there can be, and lets the caller stop and call in between', async ({ driver }) => {
    const count = Math.min(2_500, driver.limits?.maxEntries ?? Number.POSITIVE_INFINITY);
    const names = Array.from({ length: count }, (_, index) => `n${String(index).padStart(5, '0')}`);
    if (driver.commit) await driver.commit(names.map((key) => ({ type: 'set', key, value: key })));
    else
      for (let start = 0; start < names.length; start += 100)
        await Promise.all(names.slice(start, start + 100).map((key) => driver.set(key, key)));
    check((await all(driver, { prefix: 'n' })).length === count, 'lost some');
    for await (const batch of driver.list({ prefix: 'n' })) {
      check((await driver.get(batch[0]?.key ?? ''))?.value === batch[0]?.value, 'get inside the loop failed');
      break;
    }
  }),
  law('concurrent sets of different keys lose none', async ({ driver }) => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => driver.set(`k${index}`, `${index}`)));
    check((await all(driver, { prefix: 'k' })).length === 50, 'lost a set');
  }),
  law('the last of several sets of one key stays', async ({ driver }) => {
    await Promise.all([1, 2, 3].map((n) => driver.set('key', `${n}`)));
    check((await driver.get('key'))?.value === '3', 'an older one stayed');
  }),
  law('another driver on the same place sees what was set', async ({ driver, other = driver }) => {
    await driver.set('key', 'value');
    check((await other.get('key'))?.value === 'value', 'did not see it');
  }),
  ...capabilityLaws,
  ...logLaws,
];
