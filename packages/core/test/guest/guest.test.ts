import fc from 'fast-check';
import { loadPyodide } from 'pyodide';
import { describe, expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { decodeKey, encodeKey } from '../../src/guest/guest-key.ts';
import { type HostStorage, type HostStorageOptions, hostStorage, serveGuest } from '../../src/guest.ts';
import { createWorld, faultDriver } from '../../src/testing/index.ts';
import { fakeStorage } from '../fake-storage.ts';
import { programs } from './programs.ts';

/** Machines that run many tests at once answer late. */
const PATIENT = { timeout: 15_000 };

function area(): () => Storage {
  const storage = fakeStorage();
  return () => storage;
}

function host(options: Partial<HostStorageOptions> = {}): HostStorage {
  return hostStorage({ name: 'guest', storage: memory(), local: area(), session: area(), ...options });
}

describe('programs in a worker, by messages', () => {
  test.each(programs)('%s', async (_, lines) => {
    const { port1: worker, port2: page } = new MessageChannel();
    const stop = serveGuest(page, { storage: host() });
    page.start();
    let calls = 0;
    const call = (name: string, args: readonly unknown[]): Promise<Record<string, unknown>> =>
      new Promise((resolve) => {
        const reqId = ++calls;
        worker.onmessage = ({ data }) => data.reqId === reqId && resolve(data);
        worker.postMessage({ type: 'host-call', reqId, module: 'storage', name, args });
      });
    for (const [name, args, answer] of lines) {
      const found = await call(name, args);
      if (typeof answer === 'object') expect(found.error).toContain((answer as { error: string }).error);
      else expect(found).toEqual({ type: 'host-call-response', reqId: calls, value: answer });
    }
    stop();
    worker.close();
    page.close();
  });

  test('an unknown handler or module is an error, and the names of a module are told', async () => {
    const { port1: worker, port2: page } = new MessageChannel();
    serveGuest(page, { storage: host() });
    page.start();
    const answers: Record<string, unknown>[] = [];
    worker.onmessage = ({ data }) => answers.push(data);
    worker.postMessage({ type: 'host-call', reqId: 1, module: 'storage', name: 'toString', args: [] });
    worker.postMessage({ type: 'host-call', reqId: 2, module: 'constructor', name: 'x', args: [] });
    worker.postMessage({ type: 'load-host', reqId: 3, name: 'storage' });
    worker.postMessage({ type: 'load-host', reqId: 4, name: 'other' });
    worker.postMessage('junk');
    worker.postMessage({ type: 'host-call', reqId: 5, module: 'storage', name: 'idb_get', args: [7, 's', 'k'] });
    await expect.poll(() => answers.length, PATIENT).toBe(5);
    const byId = Object.fromEntries(answers.map((each) => [each.reqId, each]));
    expect(byId[1]).toMatchObject({ error: "no main-thread handler for 'storage.toString'" });
    expect(byId[2]).toMatchObject({ error: "no host module registered for 'constructor'" });
    expect(byId[3]).toMatchObject({ exports: Object.keys(host()) });
    expect(byId[4]).toMatchObject({ type: 'load-host-response', error: "no host module registered for 'other'" });
    expect(byId[5]).toMatchObject({ code: 'CLOSED' });
    worker.close();
    page.close();
  });
});

test('the same programs run in Python', async () => {
  const python = await loadPyodide();
  python.runPython(`
import json
async def run(storage, lines):
    answers = []
    for name, args, *_ in json.loads(lines):
        try:
            answer = getattr(storage, name)(*args)
            answers.append(await answer if hasattr(answer, '__await__') or hasattr(answer, 'then') else answer)
        except Exception as error:
            answers.append({'error': str(error)})
    return json.dumps(answers)
`);

  const run = python.globals.get('run') as (storage: HostStorage, lines: string) => Promise<string>;
  for (const [title, lines] of programs) {
    const found = JSON.parse(await run(host(), JSON.stringify(lines))) as unknown[];
    const expected = lines.map(([, , answer]) =>
      typeof answer === 'object' ? { error: expect.stringContaining((answer as { error: string }).error) } : (answer ?? null),
    );
    expect([title, found]).toEqual([title, expected]);
  }
}, 90_000);

test('guests of two names share nothing, and the keys of the page stay', () => {
  const local = area();
  local().setItem('page', 'own');
  const [a, b] = [host({ name: 'a', local }), host({ name: 'a:b', local })];
  a.local_set('k', 'a');
  b.local_set('k', 'b');
  a.local_clear();
  expect([a.local_keys(), b.local_get('k'), local().getItem('page')]).toEqual(['[]', 'b', 'own']);
  const all = host({ name: 'all', local, wholeOrigin: true });
  expect(all.local_get('page')).toBe('own');
  all.local_clear();
  expect(local().length).toBe(0);
});

test('calls in parallel are all answered, and two opens at once keep the stores of both', async () => {
  const storage = host();
  const handles = await Promise.all(['a', 'b', 'c'].map((store) => storage.idb_open('d', 1, JSON.stringify({ stores: [store] }))));
  expect(handles.toSorted()).toEqual([0, 1, 2]);
  await Promise.all(['a', 'b', 'c'].map((store) => storage.idb_put(0, store, 'k', `"${store}"`)));
  expect(await Promise.all(['a', 'b', 'c'].map((store) => storage.idb_get(2, store, 'k')))).toEqual(['"a"', '"b"', '"c"']);
});

test('a put is acknowledged when it is committed, a failed one is an error with its code, and a storage that is silent a timeout', async () => {
  const faults = faultDriver(memory());
  const world = createWorld();
  const storage = host({ storage: faults.driver, ports: world.openTab().ports, deadlineMs: 1_000 });
  const handle = await storage.idb_open('d', 1, '{"stores":["s"]}');
  faults.failAll('QUOTA');
  await expect(storage.idb_put(handle, 's', 'k', '1')).rejects.toThrow(/\(QUOTA\)/);
  faults.heal();
  faults.hold();
  const late = expect(storage.idb_put(handle, 's', 'k', '1')).rejects.toThrow(/\(TIMEOUT\)/);
  await world.advance(1_000);
  await late;
  faults.release();
});

test('a guest hears what another tab has written', async () => {
  const world = createWorld();
  const storage = memory();
  const [a, b] = [host({ storage, ports: world.openTab().ports }), host({ storage, ports: world.openTab().ports })];
  const [mine, theirs] = [await a.idb_open('d', 1, '{"stores":["s"]}'), await b.idb_open('d', 1, '{"stores":["s"]}')];
  await b.idb_put(theirs, 's', 'k', '1');
  await world.settle();
  expect(a.idb_changes(mine)).toBe('[{"store":"s","key":"k"}]');
  expect([a.idb_changes(mine), b.idb_changes(theirs)]).toEqual(['[]', '[]']);
});

test('keys come back, in their order', () => {
  const key = fc.oneof(fc.string(), fc.double({ noNaN: true }));
  const rank = (a: string | number, b: string | number): number =>
    typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(decodeKey(encodeKey(a))).toEqual(a === 0 ? 0 : a);
      const [x, y] = [encodeKey(a), encodeKey(b)];
      expect(Math.sign(rank(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});
