import localforage from 'localforage';
import { expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { localForage } from './local-forage.ts';

let places = 0;
const instance = (): typeof localforage =>
  localforage.createInstance({ name: `laws-${Math.random()}-${++places}`, driver: localforage.INDEXEDDB });

await testDriver('localForage', () => {
  const place = instance();
  return { driver: localForage(place), other: localForage(place), end: () => place.dropInstance() };
});

test('a stored null is a value, and what its own users have stored is neither listed nor taken for ours', async () => {
  const place = instance();
  const driver = localForage(place);
  await driver.set('null', null);
  await place.setItem('theirs', { a: 1 });
  await place.setItem('text', 'text');
  expect(await driver.get('null')).toEqual({ key: 'null', value: null });
  expect(await driver.get('theirs')).toBeUndefined();
  for await (const batch of driver.list({ prefix: '' })) expect(batch).toEqual([{ key: 'null', value: null }]);
  expect(await place.getItem('theirs')).toEqual({ a: 1 });
});
