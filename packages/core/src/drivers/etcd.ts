import type { Commit, CommitOptions, DriverChange, Entry, History, Operation, Range, SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { followed } from '../follow.ts';
import { prefixEnd } from '../prefix-end.ts';
import { inTime } from './deadline.ts';
import { decode, encode, type KeyValue, post, type RangeResponse, type TxnResponse } from './etcd-gateway.ts';
import { headOf, historyOf, LOG_LENGTH, type LogRecord, type Placed, placed, sweepOf, trimsOf } from './etcd-log.ts';
import { watchLog } from './etcd-watch.ts';
import { inKeyOrder } from './in-key-order.ts';
import { keysOf, textOperations } from './text-operations.ts';
import { isBefore } from './utf8-order.ts';

export interface EtcdOptions {
  /** What all keys in etcd begin with. Drivers of one namespace share their entries. @default 'holdfast' */
  namespace?: string;
  /** Sent with every request, for example `authorization`. */
  headers?: Record<string, string>;
  /** How long a call may take before it fails with `TIMEOUT`, in milliseconds. @default 10_000 */
  timeoutMs?: number;
}

const LIST_BATCH = 1_000;

/**
 * Entries in etcd, by its JSON gateway: `etcd('http://127.0.0.1:2379')`. Every commit is one transaction; of at most about 120
 * operations, unless the server is started with a larger `--max-txn-ops`: a larger one fails with `QUOTA`.
 */
export function etcd(url: string, options?: EtcdOptions): SharedStorage {
  return { ...open(url, options), named: (store, ports) => followed(open(url, options), store, ports) };
}

function open(url: string, { namespace = 'holdfast', headers = {}, timeoutMs = 10_000 }: EtcdOptions = {}): SharedStorage {
  const base = url.replace(/\/+$/, '');
  const entries = `${namespace}/k/`;
  const meta = `${namespace}/m/`;
  const trims = `${meta}trim/`;
  const log = `${namespace}/l/`;
  const head = encode(`${meta}head`);
  const inOrder = inKeyOrder();
  const stops = new Set<() => void>();
  /** Sequences with the revisions at which they were the head: what is asked after one of them need not read the whole log. */
  let marks: { sequence: number; revision: number }[] = [];
  let isClosed = false;

  async function call<Response>(path: string, body: unknown): Promise<Response> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use etcd: the driver is closed');
    const signal = AbortSignal.timeout(timeoutMs);
    return inTime(post<Response>(base, path, body, { headers, signal }), 'etcd', timeoutMs);
  }

  const txn = (body: unknown): Promise<TxnResponse> => call('kv/txn', body);
  const rangeOf = (prefix: string, more = {}): unknown => ({
    request_range: { key: encode(prefix), range_end: encode(prefixEnd(prefix) as string), ...more },
  });

  function mark(sequence: number, revision: string): void {
    marks = [...marks.slice(-31), { sequence, revision: Number(revision) }].sort((a, b) => a.sequence - b.sequence);
  }

  /** A log begins at the microseconds since 1970: one that was lost and began anew is ahead of whatever the old one has reached. */
  async function begin(): Promise<void> {
    const value = encode(`${Date.now() * 1_000}`);
    await txn({ compare: [{ key: head, target: 'VERSION', version: '0' }], success: [{ request_put: { key: head, value } }] });
  }

  /** The head, the trims and the log of one moment, from a sequence on if that is known to be enough. */
  async function read(after?: number): Promise<{ sequence: number; version: string; commits: Placed[]; trimmed: Map<string, number> }> {
    const known = after === undefined ? undefined : marks.findLast(({ sequence }) => sequence <= after);
    const sorted = { sort_order: 'ASCEND', sort_target: 'CREATE', ...(known ? { min_create_revision: `${known.revision + 1}` } : {}) };
    const answer = await txn({ success: [{ request_range: { key: head } }, rangeOf(trims), rangeOf(log, sorted)] });
    const [heads, trimRanges, records] = (answer.responses ?? []).map(({ response_range }) => response_range);
    const found = heads?.kvs?.[0];
    if (!found) {
      await begin();
      return read(after);
    }
    const sequence = headOf(found);
    mark(sequence, answer.header.revision);
    return { sequence, version: found.version, commits: placed(records, sequence), trimmed: trimsOf(trimRanges, trims) };
  }

  async function changes(after?: number): Promise<History<string>> {
    const { sequence, commits, trimmed } = await read(after);
    return after === undefined ? { head: sequence, batches: [] } : historyOf(commits, trimmed, sequence, after);
  }

  async function leaseUntil(expiresAtMs: number): Promise<string> {
    const TTL = `${Math.max(1, Math.ceil((expiresAtMs - Date.now()) / 1_000))}`;
    return (await call<{ ID: string }>('lease/grant', { TTL })).ID;
  }

  async function requestOf(operation: Operation): Promise<unknown> {
    const key = encode(entries + operation.key);
    if (operation.type === 'delete') return { request_delete_range: { key } };
    if (operation.type === 'set') {
      const lease = operation.expiresAtMs === undefined ? {} : { lease: await leaseUntil(operation.expiresAtMs) };
      return { request_put: { key, value: encode(operation.value), ...lease } };
    }
    const trim = encode(trims + operation.key);
    // Of the same length, so that texts compare as numbers do; never backwards.
    const value = encode(`${(operation as { sequence: number }).sequence}`.padStart(16, '0'));
    const put = { request_put: { key: trim, value } };
    const isThere = { key: trim, target: 'VERSION', version: '0', result: 'GREATER' };
    const isAhead = { key: trim, target: 'VALUE', value, result: 'GREATER' };
    return { request_txn: { compare: [isThere, isAhead], failure: [put] } };
  }

  async function commit(operations: readonly Operation[], { checks = [], untouched }: CommitOptions = {}): Promise<Commit | undefined> {
    const writes = textOperations(operations);
    const batches = writes.flatMap((write) => (write.type === 'append' ? [[write.key, write.value] as const] : []));
    const record: LogRecord = { k: keysOf(writes), ...(batches.length > 0 ? { b: batches } : {}) };
    const requests = await Promise.all(writes.filter(({ type }) => type !== 'append').map(requestOf));
    const compare = checks.map(({ key, version }) => ({ key: encode(entries + key), target: 'MOD', mod_revision: version ?? '0' }));
    return inOrder(keysOf(writes), async () => {
      for (;;) {
        const id = encode(`${log}${crypto.randomUUID()}`);
        const isUnmoved: unknown[] = [];
        if (untouched) {
          const { sequence, version, commits, trimmed } = await read(untouched.after);
          const { keys } = historyOf(commits, trimmed, sequence, untouched.after);
          if (!keys || untouched.keys.some((key) => keys.includes(key))) return undefined;
          isUnmoved.push({ key: head, target: 'VERSION', version });
        }
        const answer = await txn({
          compare: [...compare, { key: head, target: 'VERSION', version: '0', result: 'GREATER' }, ...isUnmoved],
          success: [
            { request_put: { key: head, ignore_value: true, prev_kv: true } },
            { request_put: { key: id, value: encode(JSON.stringify(record)) } },
            ...requests,
          ],
          failure: [{ request_range: { key: head } }, ...compare.map(({ key }) => ({ request_range: { key, keys_only: true } }))],
        });
        if (answer.succeeded) {
          const sequence = headOf(answer.responses?.[0]?.response_put?.prev_kv) + 1;
          mark(sequence, answer.header.revision);
          if (sequence % LOG_LENGTH === 0) void sweep().catch(() => {}); // the next multiple sweeps again
          return { sequence };
        }
        const [headRange, ...found] = (answer.responses ?? []).map(({ response_range }) => response_range?.kvs?.[0]);
        if (compare.some(({ mod_revision }, index) => (found[index]?.mod_revision ?? '0') !== mod_revision)) return undefined;
        // Nothing of ours was in the way: there was no head, or someone has committed since it was read.
        if (!headRange) await begin();
      }
    });
  }

  /** In pieces that one transaction takes. The oldest first: what is left has no gaps. */
  async function sweep(): Promise<void> {
    const { sequence, commits, trimmed } = await read();
    const pieces = sweepOf(commits, trimmed, sequence);
    for (let at = 0; at < pieces.length; at += 50) await txn({ success: pieces.slice(at, at + 50) });
  }

  return {
    name: 'etcd',
    limits: { evicts: true },
    holds: 'text',
    commit,
    changes,
    async get(key) {
      const { kvs = [] } = await call<RangeResponse>('kv/range', { key: encode(entries + key) });
      return kvs[0] && entryOf(kvs[0]);
    },
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY, keysOnly = false }: Range) {
      // The first key after another one is that with a NUL behind it.
      let from = isBefore(after, prefix) ? prefix : after && `${after}\0`;
      const end = encode(prefixEnd(entries + prefix) as string);
      for (let left = limit; left > 0; ) {
        const count = Math.min(left, LIST_BATCH);
        const range = { key: encode(entries + from), range_end: end, limit: `${count}`, keys_only: keysOnly };
        const { kvs = [] } = await call<RangeResponse>('kv/range', range);
        if (kvs.length > 0) yield kvs.map(entryOf);
        if (kvs.length < count) return;
        left -= kvs.length;
        from = `${entryOf(kvs.at(-1) as KeyValue).key}\0`;
      }
    },
    async set(key, value, options) {
      await commit([{ type: 'set', key, value, ...options }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      if (isClosed) throw new StoreError('CLOSED', 'Cannot watch etcd: the driver is closed');
      // `l/` and `m/head` are neighbours.
      const range = { key: encode(log), range_end: encode(`${meta}head\0`) };
      const watching = watchLog(base, range, headers, listener as (change: DriverChange) => void);
      const stop = (): void => {
        stops.delete(stop);
        watching.stop();
      };
      stops.add(stop);
      await inTime(watching.live, 'etcd', timeoutMs).catch((error) => {
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

  function entryOf({ key, value, mod_revision }: KeyValue): Entry {
    return { key: decode(key).slice(entries.length), value: decode(value), version: mod_revision };
  }
}
