import localforage from 'localforage';
import { expect, test } from 'vitest';
import { deleteDatabase } from '../../test/delete-database.ts';
import { testDriver } from '../../test/driver-suite.ts';
import { keepsOrder } from '../../test/uneven.ts';
import { localForage } from './local-forage.ts';

let places = 0;

function instance(): { place: typeof localforage; end: () => Promise<void> } {
  const name = `forage-${Math.random()}-${++places}`;
  return { place: localforage.createInstance({ name, driver: localforage.INDEXEDDB }), end: () => deleteDatabase(name) };
}

/** WebKit stores none in a private session. localForage makes text of a Blob there, if it is the whole value, and ours lies in a box. */
async function storesBlobs(): Promise<boolean> {
  const { place, end } = instance();
  const isStored = await place.setItem('probe', [new Blob(['?'])]).then(
    () => true,
    () => false,
  );
  await end();
  return isStored;
}

const withoutBlobs = { 'a driver that holds clones brings back a Blob with its type and bytes': 'this engine stores no Blob here' };

await testDriver(
  'localForage',
  () => {
    const { place, end } = instance();
    return { driver: localForage(place), other: localForage(place), end };
  },
  { gaps: (await storesBlobs()) ? {} : withoutBlobs },
);

test('a stored null is a value, and what its own users have stored is neither listed nor taken for ours', async () => {
  const { place, end } = instance();
  const driver = localForage(place);
  await driver.set('null', null);
  await place.setItem('theirs', { a: 1 });
  await place.setItem('text', 'text');
  expect(await driver.get('null')).toEqual({ key: 'null', value: null });
  expect(await driver.get('theirs')).toBeUndefined();
  for await (const batch of driver.list({ prefix: '' })) expect(batch).toEqual([{ key: 'null', value: null }]);
  expect(await place.getItem('theirs')).toEqual({ a: 1 });
  await end();
});

keepsOrder('localForage', ({ entries, write }) =>
  localForage({
    getItem: async (key: string) => entries.get(key) ?? null,
    setItem: write,
    removeItem: (key: string) => write(key, undefined),
  } as never),
);
