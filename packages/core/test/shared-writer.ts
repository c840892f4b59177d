// One process among several that write to one storage: started by processes.servers.test.ts, ended by it without a warning.
// Tells on its standard output what was acknowledged: `ready`, `set <n>`, `count <n>`, `doc <id>`, and after `end` what it sees at last.
import { createInterface } from 'node:readline';
import { Pool } from 'pg';
import { createClient } from 'redis';
import type { StorageDriver } from '../src/driver.ts';
import { etcd } from '../src/drivers/etcd.ts';
import { postgres } from '../src/drivers/postgres.ts';
import { redis } from '../src/drivers/redis.ts';
import { collection, createStore, key, keyFamily, type Persisted } from '../src/index.ts';

const [engine = '', url = '', space = '', name = ''] = process.argv.slice(2);

async function open(): Promise<StorageDriver<string>> {
  if (engine === 'etcd') return etcd(url, { namespace: space, timeoutMs: 2_000 });
  if (engine === 'postgres') {
    const pool = new Pool({ connectionString: url, max: 5 });
    pool.on('error', () => {});
    return postgres(pool, { table: space, timeoutMs: 2_000 });
  }
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => 50 } });
  client.on('error', () => {});
  await client.connect();
  return redis(client, { namespace: space, timeoutMs: 2_000 });
}

interface Note {
  by: string;
  number: number;
  atMs: number;
}

// Timers of a store keep no process alive; while the server is down and it waits for its next try, nothing else here would.
const orders = createInterface({ input: process.stdin });
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const store = createStore({
  name: 'app',
  storage: await open(),
  keys: {
    /** How often each writer counted: whoever repeats a change whose answer was lost sees that it is there. */
    counts: key<Record<string, number>>({}),
    sent: keyFamily((_: string) => key({ number: 0, atMs: 0 })),
    shared: key(''),
  },
  collections: {
    notes: collection<Note>({ indexes: ['by'] }),
    totals: collection<{ w0?: number; w1?: number; w2?: number; w3?: number }>(),
  },
  onError() {},
});
const { counts, shared } = store.keys;
const { notes, totals } = store.collections;
const mine = store.keys.sent(name);
const others = ['w0', 'w1', 'w2', 'w3'].filter((other) => other !== name).map((other) => store.keys.sent(other));
for (const other of others)
  other.subscribe(() => {
    const { atMs } = other.get();
    if (atMs > 0) say(`lag ${Date.now() - atMs}`);
  });

/** The server may be down when this process starts: `ready` then rejects, the store tries again, and the status says when it works. */
function whenRead({ status, ready }: Pick<Persisted<unknown>, 'status'> & { ready: Promise<unknown> }): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (status.get().state === 'ready') resolve();
    };
    status.subscribe(look);
    ready.then(look, look);
  });
}

const all = notes.live({ sort: { _id: 1 } });
all.subscribe(() => {});
totals.live().subscribe(() => {});
// What another process has inserted last, as a screen would show it.
const latest = notes.live({ where: { by: { $ne: name } }, sort: { atMs: -1 }, limit: 1 });
let seenAtMs = Date.now();
latest.subscribe(() => {
  const { atMs = 0 } = latest.get().data[0] ?? {};
  if (atMs > seenAtMs) say(`doclag ${Date.now() - atMs}`);
  seenAtMs = Math.max(seenAtMs, atMs);
});
await Promise.all([
  ...[counts, mine, shared, ...others].map(whenRead),
  ...[notes, totals].map(({ status }) => whenRead({ status, ready: Promise.resolve() })),
]);
await durable(totals.upsert({ _id: 'all' }));
say('ready');

/** Until it is durable. What was shown and not stored is tried again by the store: the same change counts once. */
async function durable(change: Promise<unknown>): Promise<void> {
  const isStored = await change.then(
    () => true,
    () => false,
  );
  while (!isStored && !(await store.flush()).saved) await new Promise((resume) => setTimeout(resume, 50));
}

let isEnding = false;
orders.on('line', async (line) => {
  if (line === 'end') isEnding = true;
  if (line === 'read')
    say(
      `see ${JSON.stringify({
        counts: counts.get(),
        shared: shared.get(),
        sent: ['w0', 'w1', 'w2', 'w3'].map((w) => store.keys.sent(w).get().number),
        docs: all.get().data.map(({ _id, by, number }) => `${_id} ${by} ${number}`),
        totals: await totals.findOne('all'),
      })}`,
    );
});

let number = mine.get().number;
let counted = counts.get()[name] ?? 0;
while (!isEnding) {
  number++;
  const [sent] = await Promise.all([mine.set({ number, atMs: Date.now() }), shared.set(`${name} ${number}`)]);
  if (sent.saved) say(`set ${number}`);
  // Exact whatever happens to the answer: it says which count it is.
  const target = counted + 1;
  const result = await counts.update((fresh) => ({ ...fresh, [name]: Math.max(fresh[name] ?? 0, target) }));
  if (result.saved) {
    counted = target;
    say(`count ${counted}`);
  }
  // Both are in one turn: one commit.
  const _id = `${name}.${process.pid}.${number}`;
  await Promise.all([
    durable(notes.insert({ _id, by: name, number, atMs: Date.now() })),
    durable(totals.update('all', { $inc: { [name as 'w0']: 1 } })),
  ]);
  say(`doc ${_id}`);
  await new Promise((resume) => setTimeout(resume, 5));
}
while (!(await store.flush()).saved) await new Promise((resume) => setTimeout(resume, 50));
say('ended');
