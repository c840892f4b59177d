import { expect, onTestFinished, test } from 'vitest';
import type { StorageDriver } from '../../src/driver.ts';
import { memory } from '../../src/drivers/memory.ts';
import { type ConnectOptions, connect, type PatchClient, type PatchStorage, patchStorage, servePatch } from '../../src/guest.ts';
import { createWorld, faultDriver, type TestWorld } from '../../src/testing/index.ts';

/** Machines that run many tests at once answer late. */
const PATIENT = { timeout: 15_000 };

function start(
  options: ConnectOptions = {},
  storage: StorageDriver = memory(),
): { patch: PatchStorage; client: PatchClient; stop: () => void; line: MessagePort; world: TestWorld } {
  const { port1, port2 } = new MessageChannel();
  const world = createWorld();
  const patch = patchStorage('p', { storage, ports: world.openTab().ports });
  const stop = servePatch(port1, patch, { node: 'guest' });
  const client = connect(port2, options);
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  return { patch, client, stop, line: port2, world };
}

test('a client has the kv of its node and the named ones, whatever structured clone carries', async () => {
  const { patch, client } = start();
  const value = { when: new Date(0), bytes: new Uint8Array([1, 2]), file: new Blob(['text'], { type: 'text/plain' }), none: null };
  await client.kv.set('k', value);
  const found = (await client.kv.get('k')) as typeof value;
  expect({ ...found, file: await found.file.text() }).toEqual({ ...value, file: 'text' });
  expect(await patch.node('guest').kv.has('k')).toBe(true);
  expect([await client.kv.keys(), await client.kv.has('k'), await client.kv.store('other').keys()]).toEqual([['k'], true, []]);
  await patch.store('other').kv.set('theirs', null);
  expect([await client.kv.store('other').get('theirs'), await client.kv.store('other').has('theirs')]).toEqual([null, true]);
  expect([await client.kv.delete('k'), await client.kv.delete('k'), await client.kv.get('k')]).toEqual([true, false, undefined]);
  await client.kv.set('a', 1);
  await client.kv.set('a', undefined);
  expect(await client.kv.has('a')).toBe(false);
  await client.kv.set('a', 1);
  await client.kv.clear();
  expect(await client.kv.keys()).toEqual([]);
});

test('a client has the db, and hears what anybody changes until it listens no more', async () => {
  const { patch, client } = start();
  const live = client.db.live('notes', { done: false }, { sort: { text: 1 } });
  const heard: number[] = [];
  const stop = live.subscribe(() => heard.push(live.get().total));
  const id = await client.db.insert('notes', { text: 'b', done: false });
  await patch.node('guest').db.insert('notes', { text: 'a', done: false });
  await expect.poll(() => live.get().data.map(({ text }) => text), PATIENT).toEqual(['a', 'b']);
  const [first] = live.get().data;
  expect(await client.db.update('notes', id, { done: true })).toBe(true);
  await expect.poll(() => live.get().total, PATIENT).toBe(1);
  expect(live.get().data[0]).toBe(first);
  stop();
  stop();
  const before = heard.length;
  expect(await client.db.replace('notes', id, { text: 'c', done: false })).toBe(true);
  expect(await client.db.findOne('notes', id)).toMatchObject({ text: 'c' });
  expect(await client.db.findOne('notes', 'never')).toBeUndefined();
  expect((await client.db.find('notes', { text: 'c' }, { limit: 1 })).length).toBe(1);
  expect(await client.db.count('notes')).toBe(2);
  expect([await client.db.delete('notes', id), await client.db.delete('notes', id)]).toEqual([true, false]);
  await client.db.drop('notes');
  expect(await client.db.store('shared').count('notes')).toBe(0);
  expect(heard.length).toBe(before);
});

test('a watched key tells, in a named store too', async () => {
  const { patch, client } = start();
  const heard: unknown[] = [];
  const stop = await client.kv.store('s').watch('k', (value) => heard.push(value));
  await patch.store('s').kv.set('k', 'live');
  await expect.poll(() => heard, PATIENT).toEqual(['live']);
  await patch.store('s').kv.delete('k');
  await expect.poll(() => heard, PATIENT).toEqual(['live', undefined]);
  stop();
});

test('an error has its code on the other side', async () => {
  const { client } = start();
  await client.db.insert('c', { _id: '1' });
  await expect(client.db.insert('c', { _id: '1' })).rejects.toMatchObject({ name: 'StoreError', code: 'DUPLICATE' });
  await expect(client.db.insert('c', { _id: '1' })).rejects.toThrow(/\(DUPLICATE\)$/);
  await expect(client.db.find('c', { n: { $nonsense: 1 } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(client.kv.set('k', () => {})).rejects.toMatchObject({ code: 'UNSUPPORTED_VALUE' });
  await expect(client.kv.get(7 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  const live = client.db.live('c', { n: { $nonsense: 1 } });
  live.subscribe(() => {});
  await expect.poll(() => live.get().error?.code, PATIENT).toBe('INVALID_ARGUMENT');
});

test('nobody waits for ever: a page that does not answer, one that ends, a client that is closed', async () => {
  const world = createWorld();
  const { port1: silent, port2 } = new MessageChannel();
  const lonely = connect(port2, { deadlineMs: 1_000, ports: world.openTab().ports });
  const late = expect(lonely.kv.get('k')).rejects.toMatchObject({ code: 'TIMEOUT' });
  await world.advance(1_000);
  await late;
  silent.close();

  const { client, stop } = start();
  await client.kv.set('k', 1);
  const live = client.db.live('c');
  live.subscribe(() => {});
  await expect.poll(() => live.get().status, PATIENT).toBe('ready');
  stop();
  await expect.poll(() => live.get(), PATIENT).toMatchObject({ status: 'error', error: { code: 'CLOSED' }, data: [] });
  await expect(client.kv.get('k')).rejects.toMatchObject({ code: 'CLOSED' });

  const other = start();
  const asked = expect(other.client.kv.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
  other.client.close();
  other.client.close();
  await asked;
  await expect(other.client.kv.get('k')).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a subscriber hears that the documents cannot be read, and that they can again', async () => {
  const faults = faultDriver(memory());
  faults.failAll('UNAVAILABLE');
  const { client, world } = start({}, faults.driver);
  const live = client.db.live('c');
  live.subscribe(() => {});
  await expect.poll(() => live.get().error?.code, PATIENT).toBe('UNAVAILABLE');
  faults.heal();
  await expect
    .poll(async () => {
      await world.advance(60_000);
      return live.get().status;
    }, PATIENT)
    .toBe('ready');
});

test('what is no message of ours is left alone', async () => {
  const { client, line } = start();
  for (const junk of [undefined, null, 7, 'text', {}, { holdfast: 'connect' }, { holdfast: 'ask' }, { holdfast: 'answer', id: 1 }])
    line.postMessage(junk);
  expect(await client.kv.keys()).toEqual([]);
});
