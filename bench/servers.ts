// Load on the drivers for servers, beside the bare client and polystore on the same server in the same run: `pnpm --filter bench
// bench:servers [--ms 400]`. Writes servers.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SharedStorage } from '@holdfast/core';
import { etcd } from '@holdfast/core/drivers/etcd';
import { postgres } from '@holdfast/core/drivers/postgres';
import { redis } from '@holdfast/core/drivers/redis';
import { Pool } from 'pg';
import polystore from 'polystore';
import { createClient } from 'redis';
import { type ServerName, startServer } from '../scripts/servers.ts';
import { machine } from './src/machine.ts';

const { values: options } = parseArgs({ options: { ms: { type: 'string', default: '400' } } });
const LOAD_MS = Number(options.ms);
const CLIENTS = [1, 8, 64];
const KEYS = 1_000;
const ROUNDS = 5;

interface Contender {
  readonly name: string;
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<unknown>;
  /** 100 at once, all or nothing. */
  batch?(entries: readonly (readonly [string, string])[]): Promise<unknown>;
}

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const text = (): string => `${Math.random()}`.padEnd(100, 'x');

/** So many loops at once, each waiting for its answer before it asks again. */
async function load(clients: number, work: (key: string) => Promise<unknown>): Promise<Load> {
  const tookMs: number[] = [];
  const endMs = performance.now() + LOAD_MS;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < endMs) {
        const startMs = performance.now();
        await work(`key${Math.floor(Math.random() * KEYS)}`);
        tookMs.push(performance.now() - startMs);
      }
    }),
  );
  tookMs.sort((a, b) => a - b);
  const at = (share: number): number => tookMs[Math.floor(tookMs.length * share)] ?? 0;
  return { perSecond: (tookMs.length * 1_000) / LOAD_MS, p50Ms: at(0.5), p95Ms: at(0.95) };
}

function ours(driver: SharedStorage): Contender {
  return {
    name: 'Holdfast',
    set: driver.set,
    get: driver.get,
    batch: (entries) => driver.commit(entries.map(([key, value]) => ({ type: 'set', key, value }))),
  };
}

const engines: Record<ServerName, (url: string) => Promise<{ contenders: Contender[]; close(): unknown }>> = {
  async redis(url) {
    const client = await createClient({ url }).connect();
    const store = polystore(client).prefix('poly:');
    return {
      contenders: [
        ours(redis(client)),
        {
          name: 'node-redis',
          set: (key, value) => client.set(key, value),
          get: (key) => client.get(key),
          batch: (entries) => client.mSet(entries.map(([k, v]) => [k, v])),
        },
        { name: 'polystore', set: (key, value) => store.set(key, value), get: (key) => store.get(key) },
      ],
      close: () => client.close(),
    };
  },
  async postgres(url) {
    const pool = new Pool({ connectionString: url, max: 64 }).on('error', () => {});
    await pool.query('CREATE TABLE bare (key text PRIMARY KEY, value text)');
    const upsert =
      'INSERT INTO bare SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1 ON CONFLICT (key) DO UPDATE SET value = excluded.value';
    const write = (entries: readonly (readonly [string, string])[]) =>
      pool.query(upsert, [entries.map(([k]) => k), entries.map(([, v]) => v)]);
    return {
      contenders: [
        ours(postgres(pool)),
        {
          name: 'pg',
          set: (key, value) => write([[key, value]]),
          get: (key) => pool.query('SELECT value FROM bare WHERE key = $1', [key]),
          batch: write,
        },
      ],
      close: () => pool.end(),
    };
  },
  async etcd(url) {
    const encode = (value: string): string => Buffer.from(value).toString('base64');
    const post = async (path: string, body: unknown) =>
      (await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
    const put = (key: string, value: string) => ({ key: encode(key), value: encode(value) });
    return {
      contenders: [
        ours(etcd(url)),
        {
          name: 'the gateway by fetch',
          set: (key, value) => post('put', put(key, value)),
          get: (key) => post('range', { key: encode(key) }),
          batch: (entries) => post('txn', { success: entries.map(([k, v]) => ({ request_put: put(k, v) })) }),
        },
      ],
      close() {},
    };
  },
};

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2));
const lines = [
  '# Load on the drivers for servers',
  '',
  `\`pnpm --filter bench bench:servers\`, ${new Date().toISOString().slice(0, 10)}, ${machine()}. One process, the best of ${ROUNDS} rounds of ${LOAD_MS} ms in turns, values of 100 characters, ${KEYS} keys; servers on the same machine without syncing to disk. A commit of ours is numbered, logged and told to all who watch; the bare clients do none of this. Where the load is above the number of cores, the rates are those of a machine that does other things: compare the medians.`,
  '',
];

for (const [engine, open] of Object.entries(engines) as [ServerName, (typeof engines)[ServerName]][]) {
  const server = await startServer(engine);
  const { contenders, close } = await open(server.url);
  lines.push(`## ${engine}`, '', `| calls a second (p50, p95 in ms) | clients | ${contenders.map(({ name }) => name).join(' | ')} |`);
  lines.push(`| --- | ---: |${contenders.map(() => ' ---: |').join('')}`);
  for (const kind of ['set', 'get', 'batch of 100'] as const)
    for (const clients of CLIENTS) {
      const works = contenders.map(({ set, get, batch }) => {
        if (kind === 'set') return (key: string) => set(key, text());
        if (kind === 'get') return get;
        return batch && ((key: string) => batch(Array.from({ length: 100 }, (_, index) => [`${key}.${index}`, text()] as const)));
      });
      // In turns, and of each its best: a busy machine takes from everyone.
      const best: (Load | undefined)[] = works.map(() => undefined);
      for (let round = 0; round < ROUNDS; round++)
        for (const [index, work] of works.entries()) {
          const found = work && (await load(clients, work));
          if (found && found.perSecond > (best[index]?.perSecond ?? 0)) best[index] = found;
        }
      const cells = best.map((found, index) => {
        if (!found) return '–';
        const ratio = index > 0 && best[0] ? `**${(found.perSecond / best[0].perSecond).toPrecision(2)}×** ` : '';
        return `${ratio}${number(found.perSecond)} (${number(found.p50Ms)}, ${number(found.p95Ms)})`;
      });
      lines.push(`| ${kind} | ${clients} | ${cells.join(' | ')} |`);
      console.log(engine, lines.at(-1));
    }
  lines.push('');
  await close();
  await server.stop();
}
writeFileSync(new URL('servers.md', import.meta.url), `${lines.join('\n')}`);
