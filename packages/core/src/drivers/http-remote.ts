import type { Commit, CommitOptions, DriverChange, Entry, History, Operation, Range, SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { WireCommit, WireCommits, WireResult } from '../wire.ts';
import { followFeed } from './http-feed.ts';
import { errorOf, type HttpOptions, http, isPassing } from './http-request.ts';

/** So many keys or commits go with one request. */
const BATCH = 100;

const PAUSE_MS = 100;

interface Outgoing {
  readonly commit: WireCommit;
  readonly endMs: number;
  resolve(done: Commit | undefined): void;
  reject(error: unknown): void;
}

export interface Remote extends SharedStorage {
  /** Sends commits as they are numbered: those that the server has done already it does not do again. */
  send(client: string, commits: readonly WireCommit[]): Promise<readonly WireResult[]>;
}

/** The storage behind `serve`, as a driver. What is asked in one turn is one request, and commits go one request after the other. */
export function remote(url: string, options: HttpOptions = {}): Remote {
  const server = http(url, options);
  const client = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
  const stops = new Set<() => void>();
  let number = 0;
  let asked: { keys: string[]; entries: Promise<(Entry | null)[]> } | undefined;
  const waiting: Outgoing[] = [];
  let isSending = false;
  let isClosed = false;

  async function post<Answer>(route: string, body: unknown): Promise<Answer> {
    if (isClosed) throw new StoreError('CLOSED', 'Cannot use the server: the driver is closed');
    return server.post<Answer>(route, body);
  }

  /** Up to the first one with conditions: where one does not hold, the server remembers nothing of it. */
  function nextBatch(): Outgoing[] {
    const conditional = waiting.findIndex(({ commit }) => commit.checks !== undefined || commit.untouched !== undefined);
    return waiting.splice(0, conditional < 0 ? BATCH : Math.min(conditional + 1, BATCH));
  }

  async function send(from: string, commits: readonly WireCommit[]): Promise<readonly WireResult[]> {
    const body: WireCommits = { client: from, commits };
    return (await post<{ results: WireResult[] }>(':commit', body)).results;
  }

  async function pump(): Promise<void> {
    while (waiting.length > 0) {
      const batch = nextBatch();
      try {
        const results = await send(
          client,
          batch.map(({ commit }) => commit),
        );
        const last = results.at(-1);
        // The server itself was in trouble: again under the same number, so that it takes place once.
        const isAgain = last && 'error' in last && isPassing(errorOf(last.error)) && (batch[results.length - 1]?.endMs ?? 0) > Date.now();
        const answered = isAgain ? results.slice(0, -1) : results;
        answered.forEach((result, index) => {
          if (result && 'error' in result) batch[index]?.reject(errorOf(result.error));
          else batch[index]?.resolve(result ?? undefined);
        });
        // Not tried, because one before it failed.
        waiting.unshift(...batch.slice(answered.length));
        if (isAgain) await new Promise((resume) => setTimeout(resume, PAUSE_MS));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isSending = false;
  }

  function commit(operations: readonly Operation[], conditions: CommitOptions = {}): Promise<Commit | undefined> {
    return new Promise((resolve, reject) => {
      // Its own copy: what the caller changes later is not sent.
      const copied = { number: ++number, operations: structuredClone(operations), ...conditions };
      waiting.push({ commit: copied, endMs: Date.now() + (options.timeoutMs ?? 10_000), resolve, reject });
      if (isSending) return;
      isSending = true;
      void pump();
    });
  }

  return {
    name: 'http',
    holds: 'text',
    commit,
    send,
    changes: (after) => post<History<string>>(':changes', { after }),
    async get(key) {
      if (!asked || asked.keys.length === BATCH) {
        const keys: string[] = [];
        const entries = Promise.resolve().then(async () => {
          asked = undefined;
          return (await post<{ entries: (Entry | null)[] }>(':get', { keys })).entries;
        });
        asked = { keys, entries };
      }
      const index = asked.keys.push(key) - 1;
      return (await asked.entries)[index] ?? undefined;
    },
    async *list({ limit = Number.POSITIVE_INFINITY, ...range }: Range) {
      let next = range.after;
      for (let left = limit; left > 0; ) {
        const page = { ...range, ...(next === undefined ? {} : { after: next }), ...(left < 1_000 ? { limit: left } : {}) };
        const answer = await post<{ entries: Entry[]; next?: string }>(':list', page);
        if (answer.entries.length > 0) yield answer.entries;
        left -= answer.entries.length;
        next = answer.next;
        if (next === undefined) return;
      }
    },
    async set(key, value, expiry) {
      await commit([{ type: 'set', key, value, ...expiry }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    async watch(listener) {
      if (isClosed) throw new StoreError('CLOSED', 'Cannot follow the server: the driver is closed');
      let isLive = true;
      const feed = followFeed(server, options.silenceMs ?? 40_000, (change: DriverChange<string>) => {
        if (isLive) listener(change);
      });
      const stop = (): void => {
        isLive = false;
        stops.delete(stop);
        feed.stop();
      };
      stops.add(stop);
      await feed.live.catch((error) => {
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
