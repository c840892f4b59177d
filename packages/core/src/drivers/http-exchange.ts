import type { Batch, Entry } from '../driver.ts';
import type { StoreError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { WireResult } from '../wire.ts';
import type { Copy, Progress, Queued } from './http-copy.ts';
import type { Remote } from './http-remote.ts';
import { errorOf, isPassing } from './http-request.ts';

/** So many waiting commits go with one request, and about so many characters. */
const BATCH = 100;
const MOST_TEXT = 500_000;
/** After so many batches the whole log is copied anew: others have shortened it meanwhile. */
const LONG_LOG = 1_000;
/** What others set while it is read is read again, so often. */
const MOST_ROUNDS = 10;

interface Context {
  readonly server: Remote;
  readonly copy: Copy;
  /** Of all keys of the store. */
  readonly prefix: string;
  readonly ports: Ports;
  /** The copy has changed under these keys; `undefined`: anywhere. */
  changed(keys: Iterable<string> | undefined): void;
}

/** Sends what waits, each commit once, then takes what others have committed into the copy. One at a time on a device. */
export function exchangeOf({ server, copy, prefix, ports, changed }: Context): () => Promise<void> {
  const isOurs = (key: string): boolean => key.startsWith(prefix);

  /** Resolves to an error where the request was refused as a whole, and always would be. */
  async function send(progress: Progress, sent: readonly Queued[]): Promise<readonly WireResult[] | StoreError> {
    if (sent.length === 0) return [];
    const commits = sent.map(({ operations }, index) => ({ number: progress.number + index + 1, operations }));
    let results: readonly WireResult[];
    try {
      results = await server.send(progress.client, commits);
    } catch (reason) {
      const error = reason as StoreError;
      // Who asks may be known again later.
      if (isPassing(error) || error.code === 'DENIED') throw error;
      return error;
    }
    for (const result of results) {
      if (!result || !('error' in result)) continue;
      const error = errorOf(result.error);
      // The server itself is in trouble: later.
      if (isPassing(error) || error.code === 'QUOTA') throw error;
      // Refused for good: the copy gets back what the server has.
      ports.report(error);
    }
    return results;
  }

  async function absorb(progress: Progress, answered: readonly string[], touched: readonly string[]): Promise<Progress> {
    const entries = new Map<string, Entry | undefined>();
    let batches: Batch[] = [];
    let { sequence } = progress;
    let isWholeLog = sequence === undefined;
    let isReset = false;
    // An entry may refer to others, which are read a moment later: until there is a moment without a write between.
    for (let round = 0, isSettled = false; !isSettled && round < MOST_ROUNDS; round++) {
      let history = await server.changes(sequence ?? 0);
      if (!history.keys || sequence === undefined) {
        // The log first: what is taken out of it meanwhile is in the entries by then.
        if (sequence !== undefined) history = await server.changes(0);
        isWholeLog = true;
        isReset = true;
        batches = [];
        for await (const found of copy.list({ prefix })) for (const { key } of found) entries.set(key, undefined);
        for (const key of touched) entries.set(key, undefined);
        for await (const found of server.list({ prefix })) for (const entry of found) entries.set(entry.key, entry);
      } else {
        const appended = new Set(history.batches.map(({ key }) => key));
        const keys = new Set([...history.keys, ...(round === 0 ? touched : [])].filter(isOurs));
        await Promise.all(Array.from(keys, async (key) => entries.set(key, await server.get(key))));
        isSettled = [...keys].every((key) => appended.has(key));
      }
      batches.push(...history.batches.filter(({ key }) => isOurs(key)));
      sequence = history.head;
    }
    const head = sequence ?? 0;
    if (!isWholeLog && (progress.copied ?? 0) + batches.length > LONG_LOG) {
      batches = (await server.changes(0)).batches.filter((batch) => isOurs(batch.key) && batch.sequence <= head);
      isWholeLog = true;
    }
    const next = { ...progress, sequence: head, copied: (isWholeLog ? 0 : (progress.copied ?? 0)) + batches.length };
    if (entries.size + batches.length + answered.length === 0 && head === progress.sequence) return progress;
    await copy.absorb({ entries, batches, isWholeLog }, answered, next);
    changed(isReset ? undefined : [...entries.keys(), ...batches.map(({ key }) => key)]);
    return next;
  }

  return async () => {
    let progress: Progress = (await copy.progress()) ?? { client: `${ports.randomId()}-device`.replace(/[^\w-]/g, ''), number: 0 };
    let most = BATCH;
    for (;;) {
      const waiting = await copy.queued(BATCH);
      // What was sent and not answered goes again under the same numbers, whatever was set meanwhile.
      const sent = progress.sending ? waiting.filter(({ id }) => progress.sending?.includes(id)) : atOnce(waiting, most);
      if (sent.length > 0 && !progress.sending) {
        progress = { ...progress, sending: sent.map(({ id }) => id) };
        await copy.save(progress);
      }
      const { sending: _, ...rest } = progress;
      const results = await send(progress, sent);
      if ('code' in results && sent.length > 1) {
        // Too much for one request: one after the other.
        progress = rest;
        most = 1;
        continue;
      }
      if ('code' in results) ports.report(results);
      const answered = 'code' in results ? sent : sent.slice(0, results.length);
      const touched = answered.flatMap(({ operations }) => operations.map(({ key }) => key));
      const ids = answered.map(({ id }) => id);
      progress = await absorb({ ...rest, number: progress.number + ids.length }, ids, touched);
      if (waiting.length === ids.length && waiting.length < BATCH) return;
    }
  };
}

/** What one request takes: at least one. */
function atOnce(waiting: readonly Queued[], most: number): readonly Queued[] {
  let size = 0;
  const end = waiting.findIndex(({ operations }, index) => {
    for (const operation of operations) if ('value' in operation) size += operation.value.length;
    return index > 0 && size > MOST_TEXT;
  });
  return waiting.slice(0, Math.min(most, end < 0 ? waiting.length : end));
}
