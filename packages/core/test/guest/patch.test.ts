import { describe, expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import {
  dbMessages,
  dbObject,
  deletePatchData,
  hasPatchData,
  kvMessages,
  kvObject,
  type PatchOptions,
  type PatchStorage,
  patchStorage,
} from '../../src/guest.ts';
import { createWorld, faultDriver } from '../../src/testing/index.ts';

function open(options: PatchOptions = {}, id = 'p'): PatchStorage {
  return patchStorage(id, { storage: memory(), ports: createWorld().openTab().ports, ...options });
}

function kvOf(patch: PatchStorage, node = 'n', store = '') {
  const sent: unknown[] = [];
  return { ...kvObject({ patch, node, store, send: (answer) => sent.push(answer) }), sent };
}

function dbOf(patch: PatchStorage, node = 'n', store = '') {
  const sent: unknown[] = [];
  return { ...dbObject({ patch, node, store, send: (answer) => sent.push(answer) }), sent };
}

/** Each message with its answer, in this order, by a fresh object. */
const KV: readonly (readonly [message: object, answer: object])[] = [
  [
    { type: 'get', key: 'a' },
    { type: 'get', key: 'a', value: null, found: false },
  ],
  [
    { type: 'has', key: 'a' },
    { type: 'has', key: 'a', exists: false },
  ],
  [
    { type: 'set', key: 'a', value: { n: 1 } },
    { type: 'set', key: 'a', ok: true },
  ],
  [
    { type: 'set', key: 'none', value: null },
    { type: 'set', key: 'none', ok: true },
  ],
  [
    { type: 'get', key: 'a', extra: 'is ignored' },
    { type: 'get', key: 'a', value: { n: 1 }, found: true },
  ],
  [
    { type: 'get', key: 'none' },
    { type: 'get', key: 'none', value: null, found: true },
  ],
  [
    { type: 'has', key: 'none' },
    { type: 'has', key: 'none', exists: true },
  ],
  [{ type: 'keys' }, { type: 'keys', keys: ['a', 'none'] }],
  [
    { type: 'delete', key: 'none' },
    { type: 'delete', key: 'none', deleted: true },
  ],
  [
    { type: 'delete', key: 'none' },
    { type: 'delete', key: 'none', deleted: false },
  ],
  [
    { type: 'setStore', value: 'shared' },
    { type: 'setStore', value: 'shared', ok: true },
  ],
  [{ type: 'keys' }, { type: 'keys', keys: [] }],
  [
    { type: 'setStore', value: '' },
    { type: 'setStore', value: '', ok: true },
  ],
  [{ type: 'keys' }, { type: 'keys', keys: ['a'] }],
  [{ type: 'clear' }, { type: 'clear', ok: true }],
  [{ type: 'keys' }, { type: 'keys', keys: [] }],
  [
    { type: 'unsubscribe', subscription: 9 },
    { type: 'unsubscribe', subscription: 9, ok: false },
  ],
];

const doc = (fields: object): object => expect.objectContaining({ ...fields, _created: expect.any(Number), _updated: expect.any(Number) });

const DB: typeof KV = [
  [
    { type: 'find', collection: 'c' },
    { type: 'find', collection: 'c', docs: [], count: 0 },
  ],
  [
    { type: 'count', collection: 'c' },
    { type: 'count', collection: 'c', count: 0 },
  ],
  [
    { type: 'drop', collection: 'c' },
    { type: 'drop', collection: 'c', ok: true },
  ],
  [
    { type: 'findOne', collection: 'c', id: 'x' },
    { type: 'findOne', collection: 'c', id: 'x', doc: null },
  ],
  [
    { type: 'update', collection: 'c', id: 'x', doc: { n: 1 } },
    { type: 'update', collection: 'c', id: 'x', ok: false },
  ],
  [
    { type: 'insert', collection: 'c', doc: { _id: 'z', n: 1, tags: ['a'] } },
    { type: 'insert', collection: 'c', id: 'z' },
  ],
  [
    { type: 'insert', collection: 'c', doc: { _id: 'z' } },
    { type: 'error', message: expect.stringContaining('(DUPLICATE)'), code: 'DUPLICATE' },
  ],
  [
    { type: 'insert', collection: 'c', doc: { _id: 'a', n: 2, deep: { x: 1, y: 2 } } },
    { type: 'insert', collection: 'c', id: 'a' },
  ],
  [
    { type: 'find', collection: 'c', query: { deep: { x: 1, y: 2 } } },
    { type: 'find', collection: 'c', docs: [doc({ _id: 'a' })], count: 1 },
  ],
  [
    { type: 'find', collection: 'c', query: { deep: undefined } },
    { type: 'find', collection: 'c', docs: [doc({ _id: 'z' })], count: 1 },
  ],
  [
    { type: 'find', collection: 'c', query: { n: { $gte: 2 }, tags: { $exists: false } } },
    { type: 'find', collection: 'c', docs: [doc({ _id: 'a' })], count: 1 },
  ],
  [
    { type: 'find', collection: 'c', sort: { n: -1 }, limit: 1 },
    { type: 'find', collection: 'c', docs: [doc({ n: 2 })], count: 1 },
  ],
  [
    { type: 'find', collection: 'c', query: { n: { $nonsense: 1 } } },
    { type: 'error', message: expect.stringContaining('$nonsense'), code: 'INVALID_ARGUMENT' },
  ],
  [
    { type: 'update', collection: 'c', id: 'z', doc: { n: 3, _id: 'other', _created: 0 } },
    { type: 'update', collection: 'c', id: 'z', ok: true },
  ],
  [
    { type: 'update', collection: 'c', id: 'z', doc: { $inc: { n: 1 } } },
    { type: 'update', collection: 'c', id: 'z', ok: true },
  ],
  [
    { type: 'findOne', collection: 'c', id: 'z' },
    { type: 'findOne', collection: 'c', id: 'z', doc: doc({ _id: 'z', n: 4, tags: ['a'] }) },
  ],
  [
    { type: 'replace', collection: 'c', id: 'z', doc: { only: true } },
    { type: 'update', collection: 'c', id: 'z', ok: true },
  ],
  [
    { type: 'findOne', collection: 'c', id: 'z' },
    {
      type: 'findOne',
      collection: 'c',
      id: 'z',
      doc: { _id: 'z', only: true, _created: expect.any(Number), _updated: expect.any(Number) },
    },
  ],
  [
    { type: 'count', collection: 'c', query: { only: true } },
    { type: 'count', collection: 'c', count: 1 },
  ],
  [
    { type: 'delete', collection: 'c', id: 'z' },
    { type: 'delete', collection: 'c', id: 'z', ok: true },
  ],
  [
    { type: 'delete', collection: 'c', id: 'z' },
    { type: 'delete', collection: 'c', id: 'z', ok: false },
  ],
  [
    { type: 'setStore', value: 'shared' },
    { type: 'setStore', value: 'shared', ok: true },
  ],
  [
    { type: 'count', collection: 'c' },
    { type: 'count', collection: 'c', count: 0 },
  ],
];

const inOp = ({ type, ...fields }: { type?: string }): object => ({ op: type, ...fields });

describe('a kv or db object', () => {
  test.each(['type', 'op'])('answers every message in its own spelling, with %s', async (tag) => {
    const patch = open();
    for (const [object, table] of [
      [kvOf(patch), KV],
      [dbOf(patch), DB],
    ] as const) {
      for (const [message, answer] of table) {
        const [asked, expected] = tag === 'op' ? [inOp(message), inOp(answer)] : [message, answer];
        expect([asked, await object.receive(asked)]).toEqual([asked, expected]);
        expect(object.sent.at(-1)).toEqual(expected);
      }
      expect(object.sent.length).toBe(table.length);
    }
  });

  test('understands lines and short forms', async () => {
    const patch = open();
    const kv = kvOf(patch);
    for (const message of [
      { set: ['count', 1] },
      'set list [1,2]',
      'set text two words',
      'get count',
      { get: 'text' },
      'get list',
      'keys',
      { keys: [] },
    ])
      await kv.receive(message);
    expect(kv.sent.slice(3)).toEqual([
      { type: 'get', key: 'count', value: 1, found: true },
      { type: 'get', key: 'text', value: 'two words', found: true },
      { type: 'get', key: 'list', value: [1, 2], found: true },
      { type: 'keys', keys: ['count', 'list', 'text'] },
      { type: 'keys', keys: ['count', 'list', 'text'] },
    ]);
    const db = dbOf(patch);
    for (const message of [
      'insert notes {"_id": "1", "text": "two words"}',
      { insert: ['notes', { _id: '2' }] },
      'update notes 2 {"done": true}',
      'find notes {"done": true}',
      { find: 'notes' },
      'findOne notes 1',
      'delete notes 1',
      'count notes',
      'drop notes',
    ])
      await db.receive(message);
    expect(db.sent).toMatchObject([
      { type: 'insert', id: '1' },
      { type: 'insert', id: '2' },
      { type: 'update', ok: true },
      { type: 'find', docs: [{ _id: '2', done: true }] },
      { type: 'find', count: 2 },
      { type: 'findOne', doc: { text: 'two words' } },
      { type: 'delete', ok: true },
      { type: 'count', count: 1 },
      { type: 'drop', ok: true },
    ]);
  });

  test('answers anything else with an error that shows it, and changes nothing', async () => {
    const kv = kvOf(open());
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const message of [
      { type: 'nonsense' },
      { type: 'toString' },
      { type: 'set', key: 'a' },
      { type: 'get', key: 1 },
      { type: 'setStore' },
      {},
      [],
      null,
      undefined,
      7,
      '',
      'get',
      'keys and more',
      'constructor a',
    ])
      expect([message, await kv.receive(message)]).toEqual([
        message,
        { type: 'error', message: `Unknown command: ${JSON.stringify(message)}` },
      ]);
    expect(await kv.receive(circle)).toMatchObject({ type: 'error' });
    expect(await kv.receive({ type: 'set', key: 'a', value: () => {} })).toMatchObject({ type: 'error', code: 'UNSUPPORTED_VALUE' });
    expect(await kv.receive('keys')).toEqual({ type: 'keys', keys: [] });
  });

  test('has schemas for its messages', () => {
    expect(kvMessages['~standard'].validate({ op: 'get', key: 'a' })).toEqual({ value: { type: 'get', key: 'a' } });
    expect(dbMessages['~standard'].validate({ find: ['c'] })).toEqual({ value: { type: 'find', collection: 'c' } });
    expect(dbMessages['~standard'].validate({ type: 'find' })).toMatchObject({
      issues: [{ message: expect.stringContaining('Unknown command') }],
    });
  });

  test('answers in the order of the messages, whatever takes longer', async () => {
    const kv = kvOf(open());
    await Promise.all([kv.receive('set a 1'), kv.receive('get a'), kv.receive('clear'), kv.receive('get a')]);
    expect(kv.sent).toMatchObject([{ ok: true }, { value: 1 }, { ok: true }, { found: false }]);
  });

  test('says that the storage failed, and goes on', async () => {
    const faults = faultDriver(memory());
    const kv = kvOf(open({ storage: faults.driver }));
    faults.failAll('QUOTA');
    expect(await kv.receive('set a 1')).toMatchObject({ type: 'error', code: 'QUOTA', message: expect.stringContaining('(QUOTA)') });
    faults.heal();
    expect(await kv.receive('set a 1')).toEqual({ type: 'set', key: 'a', ok: true });
  });

  test('tells a subscriber of every change, of another tab too, until it unsubscribes', async () => {
    const world = createWorld();
    const storage = memory();
    const [here, there] = [open({ storage, ports: world.openTab().ports }), open({ storage, ports: world.openTab().ports })];
    const db = dbOf(here);
    const kv = kvOf(here);
    await db.receive({ op: 'subscribe', collection: 'c', query: { done: false } });
    await kv.receive({ type: 'subscribe', key: 'k' });
    await world.settle();
    await there.node('n').db.insert('c', { _id: '1', done: false });
    await there.node('n').db.insert('c', { _id: '2', done: true });
    await there.node('n').kv.set('k', 'v');
    // A kv that watches nothing tells nobody: the poll finds it.
    await world.advance(3_000);
    expect(db.sent).toMatchObject([
      { op: 'subscribe', subscription: 1 },
      { op: 'live', subscription: 1, docs: [], count: 0 },
      { op: 'live', docs: [{ _id: '1' }], count: 1 },
    ]);
    expect(kv.sent).toEqual([
      { type: 'subscribe', key: 'k', subscription: 1 },
      { type: 'changed', subscription: 1, key: 'k', value: 'v', found: true },
    ]);
    expect(await db.receive({ type: 'unsubscribe', subscription: 1 })).toEqual({ type: 'unsubscribe', subscription: 1, ok: true });
    kv.close();
    const [before, after] = [db.sent.length, kv.sent.length];
    await there.node('n').db.delete('c', '1');
    await there.node('n').kv.delete('k');
    await world.settle();
    expect([db.sent.length, kv.sent.length]).toEqual([before, after]);
  });
});

describe('the storage of a patch', () => {
  test('keeps what a node has without a name apart from every other node, and from a store of that name', async () => {
    const patch = open();
    await patch.node('n').kv.set('k', 'own');
    await patch.node('n').db.insert('c', {});
    await patch.store('n').kv.set('k', 'named');
    expect(await patch.node('n').kv.store('n').get('k')).toBe('named');
    expect(await patch.node('other').db.store('n').count('c')).toBe(0);
    expect(await patch.node('n').kv.get('k')).toBe('own');
    expect(await patch.node('n:k').kv.keys()).toEqual([]);
  });

  test('keeps patches apart, and empties one alone, in every tab', async () => {
    const world = createWorld();
    const storage = memory();
    const options = { storage, ports: world.openTab().ports };
    const [a, b] = [open(options, 'a'), open(options, 'a:b')];
    const elsewhere = open({ storage, ports: world.openTab().ports }, 'a');
    const live = elsewhere.node('n').db.live('c');
    live.subscribe(() => {});
    for (const patch of [a, b]) {
      await patch.node('n').kv.set('k', 1);
      await patch.node('n').db.insert('c', { n: 1 });
    }
    await world.settle();
    expect(live.get().total).toBe(1);
    expect(await hasPatchData('a', options)).toBe(true);
    await deletePatchData('a', options);
    await world.settle();
    expect(live.get().total).toBe(0);
    expect(await elsewhere.node('n').kv.keys()).toEqual([]);
    expect([await hasPatchData('a', options), await hasPatchData('never', options), await hasPatchData('a:b', options)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await b.node('n').db.count('c')).toBe(1);
  });

  test('says what each node and each store uses, and removes those of nodes that are gone', async () => {
    const patch = open();
    expect([await patch.hasData(), await patch.usage()]).toEqual([false, []]);
    await patch.node('a').kv.set('text', 'x'.repeat(1_000));
    await patch.node('a').db.insert('c', { n: 1 });
    await patch.node('a').db.insert('d', { n: 1 });
    await patch.node('gone').db.insert('c', { n: 1 });
    await patch.store('gone').kv.set('k', new Blob(['12345']));
    const usage = await patch.usage();
    const bytes = expect.any(Number);
    expect(usage.toSorted((x, y) => JSON.stringify(x).localeCompare(JSON.stringify(y)))).toEqual([
      { name: 'gone', keys: 1, documents: 0, bytes },
      { node: 'a', keys: 1, documents: 2, bytes },
      { node: 'gone', keys: 0, documents: 1, bytes },
    ]);
    expect(usage.find(({ node }) => node === 'a')?.bytes).toBeGreaterThan(1_000);
    expect(usage.find(({ name }) => name)?.bytes).toBeLessThan(1_000);
    expect(await patch.removeOrphans(['a', 'b'])).toEqual(['gone']);
    expect((await patch.usage()).map(({ node, name }) => node ?? name).toSorted()).toEqual(['a', 'gone']);
    expect(await patch.store('gone').kv.has('k')).toBe(true);
  });

  test('says what is in the way where there is no storage', async () => {
    await expect(hasPatchData('p')).rejects.toMatchObject({ name: 'StoreError' });
    await expect(deletePatchData('p')).rejects.toMatchObject({ name: 'StoreError' });
    const kv = kvOf(patchStorage('p'));
    expect(await kv.receive('get a')).toMatchObject({ type: 'error', code: 'DENIED' });
  });

  test('gives its values back after a restart, and loses no update of two tabs', async () => {
    const world = createWorld();
    const storage = memory();
    const tabs = Array.from({ length: 2 }, () => open({ storage, ports: world.openTab().ports }));
    await Promise.all(
      tabs.flatMap(({ node }) => Array.from({ length: 20 }, () => node('n').kv.update('count', (count) => Number(count ?? 0) + 1))),
    );
    for (const tab of tabs) await tab.close();
    expect(await open({ storage }).node('n').kv.get('count')).toBe(40);
    await expect(tabs[0]?.node('n').kv.get('count')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
