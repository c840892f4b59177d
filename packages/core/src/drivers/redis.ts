import type { Commit, CommitOptions, DriverChange, Entry, History, Operation, Range, SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { followed } from '../follow.ts';
import { inTime } from './deadline.ts';
import { inKeyOrder } from './in-key-order.ts';
import { type RedisClient, send, subscribe } from './redis-connection.ts';
import { CHANGES, COMMIT, LIST } from './redis-scripts.ts';
import { keysOf, textOperations } from './text-operations.ts';
import { isBefore } from './utf8-order.ts';

export interface RedisOptions {
  /** What the names of all keys in Redis begin with. Drivers of one namespace share their entries. @default 'holdfast' */
  namespace?: string;
  /** How long a call may take before it fails with `TIMEOUT`, in milliseconds. @default 10_000 */
  timeoutMs?: number;
}

const LIST_BATCH = 1_000;

type Fields = readonly [id: string, fields: readonly string[]];

/**
 * Entries in Redis or Valkey, by a connected client of `redis` or `ioredis`, which stays yours. Every commit is one script:
 * atomic, numbered, published. Entries expire by themselves. How much survives a crash of the server is its own setting
 * (`appendfsync`); it must not evict (`noeviction`).
 */
export function redis(client: RedisClient, options?: RedisOptions): SharedStorage {
  return { ...open(client, options), named: (store, ports) => followed(open(client, options), store, ports) };
}

function open(client: RedisClient, { namespace = 'holdfast', timeoutMs = 10_000 }: RedisOptions = {}): SharedStorage {
  if (/[{}]/.test(namespace) || namespace === '')
    throw new StoreError('INVALID_ARGUMENT', 'Cannot use a namespace with a brace, or an empty one');
  const space = `{${namespace}}`;
  const hashes = new Map<string, Promise<unknown>>();
  // One connection keeps the order, but a script that the server has forgotten is sent a second time.
  const inOrder = inKeyOrder();
  const stops = new Set<() => void>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use Redis: the driver is closed');
  }

  async function call(...command: string[]): Promise<unknown> {
    assertOpen();
    return inTime(send(client, command), 'Redis', timeoutMs);
  }

  async function run(script: string, ...argv: string[]): Promise<unknown> {
    let hash = hashes.get(script);
    if (!hash) {
      hash = call('SCRIPT', 'LOAD', script);
      hashes.set(script, hash);
      hash.catch(() => hashes.delete(script));
    }
    try {
      return await call('EVALSHA', `${await hash}`, '1', `${space}:head`, ...argv);
    } catch (error) {
      // A server that was restarted has forgotten it.
      if (!`${(error as Error).cause}`.includes('NOSCRIPT')) throw error;
      return call('EVAL', script, '1', `${space}:head`, ...argv);
    }
  }

  async function commit(operations: readonly Operation[], { checks = [], untouched }: CommitOptions = {}): Promise<Commit | undefined> {
    const writes = textOperations(operations);
    const keys = keysOf(writes);
    const argv = [
      JSON.stringify(keys),
      `${untouched?.after ?? ''}`,
      JSON.stringify(untouched?.keys ?? []),
      `${checks.length}`,
      ...checks.flatMap(({ key, version = '' }) => [key, version]),
      ...writes.flatMap(argumentsOf),
    ];
    const sequence = await inOrder(keys, () => run(COMMIT, ...argv));
    return sequence === null ? undefined : { sequence: Number(sequence) };
  }

  async function changes(after?: number): Promise<History<string>> {
    const [head, commits, logs = []] = (await run(CHANGES, `${after ?? ''}`)) as [string, Fields[]?, (string | Fields[])[]?];
    const appended = logs.flatMap((key, at) => {
      if (typeof key !== 'string') return [];
      return (logs[at + 1] as Fields[]).map(([id, [, value = '']]) => ({ place: id.split('-').map(Number), key, value }));
    });
    appended.sort(({ place: [a = 0, inA = 0] }, { place: [b = 0, inB = 0] }) => a - b || inA - inB);
    const batches = appended.map(({ place: [sequence = 0], key, value }) => ({ sequence, key, value }));
    // Sequences have no gaps: another number of commits means that some were forgotten.
    const isWhole = commits !== undefined && commits.length === Number(head) - (after ?? 0);
    const keys = isWhole ? { keys: [...new Set(commits.flatMap(([, fields]) => JSON.parse(fields[1] ?? '[]') as string[]))] } : {};
    return { head: Number(head), ...keys, batches };
  }

  return {
    name: 'redis',
    limits: { evicts: true },
    holds: 'text',
    commit,
    changes,
    async get(key) {
      return entryOf(key, (await call('GET', `${space}/${key}`)) as string | null);
    },
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }: Range) {
      let from = isBefore(after, prefix) ? `[${prefix}` : `(${after}`;
      for (let left = limit; left > 0; ) {
        const count = Math.min(left, LIST_BATCH);
        const [looked, ...page] = (await run(LIST, from, prefix, `${count}`)) as [number, ...string[]];
        const last = page.pop();
        const batch: Entry[] = [];
        for (let at = 0; at < page.length; at += 2) batch.push(entryOf(page[at] as string, page[at + 1] as string) as Entry);
        if (batch.length > 0) yield batch;
        if (looked < count) return;
        left -= batch.length;
        from = `(${last}`;
      }
    },
    async set(key, value, options) {
      await commit([{ type: 'set', key, value, ...options }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      assertOpen();
      let isLive = true;
      const tell = (change: DriverChange<string>): void => {
        if (isLive) listener(change);
      };
      const hear = (message: string): void => {
        const [sequence, keys] = message.split(/ (.*)/s);
        tell({ sequence: Number(sequence), ...(keys ? { type: 'change', keys: JSON.parse(keys) } : { type: 'reset' }) });
      };
      const subscribing = subscribe(client, `${space}:feed`, hear, () => tell({ type: 'reset' }));
      const stop = (): void => {
        isLive = false;
        stops.delete(stop);
        subscribing.then((end) => end()).catch(() => {});
      };
      stops.add(stop);
      await inTime(subscribing, 'Redis', timeoutMs).catch((error) => {
        stop();
        throw error;
      });
      return stop;
    },
    async close() {
      isClosed = true;
      for (const stop of stops) stop();
    },
  };
}

function argumentsOf(operation: Operation): string[] {
  const { type, key } = operation;
  if (type === 'trim') return [type, key, `${operation.sequence}`, ''];
  if (type !== 'set') return [type, key, type === 'append' ? operation.value : '', ''];
  // A moment that has passed removes it at once.
  return [type, key, operation.value, operation.expiresAtMs === undefined ? '' : `${Math.max(1, Math.ceil(operation.expiresAtMs))}`];
}

function entryOf(key: string, raw: string | null): Entry | undefined {
  if (raw === null) return undefined;
  const space = raw.indexOf(' ');
  return { key, value: raw.slice(space + 1), version: raw.slice(0, space) };
}
