import { describe, expect, inject, test } from 'vitest';
import { newSpace, serverLaws } from '../../test/server-laws.ts';
import { storesAgree } from '../../test/server-stores.ts';
import type { DriverChange } from '../driver.ts';
import { etcd } from './etcd.ts';
import { encode, post } from './etcd-gateway.ts';

const url = inject('servers').etcd;

describe.skipIf(!url)('etcd', () => {
  const open = (namespace: string) => etcd(url ?? '', { namespace });
  const tooMany = 'it commits 2500 operations at once, and etcd takes 128 in one transaction';
  serverLaws(open, { 'lists thousands, or as many as there can be, and lets the caller stop and call in between': tooMany });
  storesAgree(open);

  test('lists thousands in pages, and a commit that is too large is refused as a whole', async () => {
    const driver = open(newSpace());
    const names = Array.from({ length: 1_200 }, (_, index) => `n${`${index}`.padStart(5, '0')}`);
    for (let at = 0; at < names.length; at += 120)
      await driver.commit(names.slice(at, at + 120).map((key) => ({ type: 'set', key, value: key })));
    const found: string[] = [];
    for await (const batch of driver.list({ prefix: 'n' })) found.push(...batch.map(({ key }) => key));
    expect(found).toEqual(names);
    const { head } = await driver.changes();
    await expect(driver.commit(names.map((key) => ({ type: 'delete', key })))).rejects.toMatchObject({ code: 'QUOTA' });
    expect((await driver.changes()).head).toBe(head);
    expect(await driver.get('n00000')).toBeDefined();
  });

  test('a log keeps its sequences over many sweeps, also for who asks from the beginning', async () => {
    const space = newSpace();
    const driver = open(space);
    const { head } = await driver.changes();
    for (let turn = 0; turn < 800; turn++) {
      if (turn % 100 === 0) await driver.commit([{ type: 'append', key: 'log', value: `${turn}` }]);
      else await driver.set('key', `${turn}`);
    }
    const expected = [0, 100, 200, 300, 400, 500, 600, 700].map((turn) => ({ sequence: head + turn + 1, key: 'log', value: `${turn}` }));
    expect((await driver.changes(head)).batches).toEqual(expected);
    await expect.poll(async () => (await open(space).changes(head)).batches).toEqual(expected);
    const { kvs } = await post<{ kvs: unknown[] }>(
      url ?? '',
      'kv/range',
      { key: encode(`${space}/l/`), range_end: encode(`${space}/l0`) },
      {},
    );
    expect(kvs.length).toBeLessThan(600);
  });

  test('a watch goes on after a compaction, and says that there was a gap', async () => {
    const space = newSpace();
    const heard: DriverChange[] = [];
    // Between the watcher and the server: cuts every stream, and holds new ones back.
    const real = globalThis.fetch;
    const streams: AbortController[] = [];
    let gate = Promise.resolve();
    globalThis.fetch = async (input, init) => {
      if (!`${input}`.endsWith('/watch')) return real(input, init);
      await gate;
      const cut = new AbortController();
      streams.push(cut);
      return real(input, { ...init, signal: AbortSignal.any([cut.signal, init?.signal as AbortSignal]) });
    };
    try {
      const driver = open(space);
      const stop = await driver.watch((change) => heard.push(change));
      await driver.set('a', '1');
      await expect.poll(() => heard).toMatchObject([{ type: 'change', keys: ['a'] }]);
      let release = (): void => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      for (const cut of streams.splice(0)) cut.abort();
      await driver.set('missed', '1');
      release();
      // Without a compaction nothing is missed.
      await expect.poll(() => heard.at(-1), { timeout: 5_000 }).toMatchObject({ type: 'change', keys: ['missed'] });
      gate = new Promise((resolve) => {
        release = resolve;
      });
      for (const cut of streams.splice(0)) cut.abort();
      await driver.set('lost', '1');
      await driver.set('lost', '2');
      const { header } = await post<{ header: { revision: string } }>(url ?? '', 'kv/range', { key: encode('x') }, {});
      await post(url ?? '', 'kv/compaction', { revision: header.revision }, {});
      release();
      await expect.poll(() => heard, { timeout: 5_000 }).toContainEqual({ type: 'reset' });
      await driver.set('after', '1');
      await expect.poll(() => heard.at(-1), { timeout: 5_000 }).toMatchObject({ type: 'change', keys: ['after'] });
      stop();
    } finally {
      globalThis.fetch = real;
    }
  });

  test('etcd itself evicts what has expired', async () => {
    const driver = open(newSpace());
    await driver.set('soon', 'value', { expiresAtMs: Date.now() + 100 });
    await expect.poll(() => driver.get('soon'), { timeout: 10_000 }).toBeUndefined();
  });

  test('a server that is not there fails in time', async () => {
    const driver = etcd('http://127.0.0.1:1', { timeoutMs: 500 });
    await expect(driver.get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(driver.watch(() => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
