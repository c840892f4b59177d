import { browserPorts } from '../browser.ts';
import { equal } from '../equal.ts';
import type { StoreError } from '../errors.ts';
import { type Observable, source } from '../observable.ts';
import type { Ports } from '../ports.ts';
import type { LiveResult } from '../views/live-query.ts';
import type { PatchDb, PatchDocument } from './patch-db.ts';
import type { PatchKv } from './patch-kv.ts';
import { errorOf, type Message, patchLine } from './patch-line.ts';
import type { GuestPort } from './serve-guest.ts';
import type { PatchRequest } from './serve-patch.ts';

export interface ConnectOptions {
  /** In a frame: the origin of the page that serves. `port` is then its window, `parent`. */
  origin?: string;
  /** A call that takes longer fails with `TIMEOUT`, in milliseconds. @default 30_000 */
  deadlineMs?: number;
  ports?: Partial<Pick<Ports, 'delay'>>;
}

/** The storage of a patch, from a worker or a frame. Every call rejects with a `StoreError`, or it worked. */
export interface PatchClient {
  readonly kv: PatchKv;
  readonly db: PatchDb;
  /** Ends its subscriptions; calls under way fail with `CLOSED`. The port itself stays open, unless `connect` made it. */
  close(): void;
}

const LOADING: LiveResult<never> = { status: 'loading', data: [], total: 0 };

/**
 * The `kv` and `db` of a patch that a page serves with `servePatch()`: over the port of a worker (`connect(self)`), a `MessagePort`,
 * or in a frame over one that it hands to the page (`connect(parent, { origin })`). Blobs go along.
 */
export function connect(port: GuestPort, options: ConnectOptions = {}): PatchClient {
  const { origin, deadlineMs = 30_000 } = options;
  const delay = options.ports?.delay ?? browserPorts().delay;
  const own = origin === undefined ? port : handOver(port as unknown as Pick<globalThis.Window, 'postMessage'>, origin);
  const { ask, listen, close } = patchLine(own, deadlineMs, delay);

  function kvOf(store: string): PatchKv {
    const to = (message: Message): Promise<Message> => ask('kv', store, message);
    const value = ({ found, value }: Message): unknown => (found ? value : undefined);
    return {
      get: async (key) => value(await to({ type: 'get', key })),
      async set(key, next) {
        // The protocol takes a `set` of nothing for none.
        await to(next === undefined ? { type: 'delete', key } : { type: 'set', key, value: next });
      },
      delete: async (key) => (await to({ type: 'delete', key })).deleted as boolean,
      has: async (key) => (await to({ type: 'has', key })).exists as boolean,
      keys: async () => (await to({ type: 'keys' })).keys as string[],
      async clear() {
        await to({ type: 'clear' });
      },
      watch: (key, listener) => listen('kv', store, { type: 'subscribe', key }, (told) => told.type === 'changed' && listener(value(told))),
      store: kvOf,
    };
  }

  function dbOf(store: string): PatchDb {
    const to = (message: Message): Promise<Message> => ask('db', store, message);
    return {
      insert: async (collection, doc) => (await to({ type: 'insert', collection, doc })).id as string,
      find: async (collection, query, part) => (await to({ type: 'find', collection, query, ...part })).docs as PatchDocument[],
      findOne: async (collection, id) => ((await to({ type: 'findOne', collection, id })).doc as PatchDocument | null) ?? undefined,
      update: async (collection, id, doc) => (await to({ type: 'update', collection, id, doc })).ok as boolean,
      replace: async (collection, id, doc) => (await to({ type: 'replace', collection, id, doc })).ok as boolean,
      delete: async (collection, id) => (await to({ type: 'delete', collection, id })).ok as boolean,
      count: async (collection, query) => (await to({ type: 'count', collection, query })).count as number,
      async drop(collection) {
        await to({ type: 'drop', collection });
      },
      live: (collection, query, part) => live(store, { type: 'subscribe', collection, query, ...part }),
      store: dbOf,
    };
  }

  /** Subscribes while somebody watches; `get` gives what was heard last. */
  function live(store: string, message: Message): Observable<LiveResult<PatchDocument>> {
    const result = source<LiveResult<PatchDocument>>(LOADING);
    let watchers = 0;
    let ending: Promise<() => void> | undefined;

    function hear(told: Message): void {
      if (told.type === 'error') {
        result.set({ ...result.get(), status: 'error', error: errorOf(told) });
        return;
      }
      const { docs, count } = told;
      const { data: before } = result.get();
      // A document that came again is the same object as before.
      const known = new Map(before.map((document) => [document._id, document]));
      const data = (docs as PatchDocument[]).map((document) =>
        equal(document, known.get(document._id)) ? known.get(document._id) : document,
      );
      result.set({ status: 'ready', data: data as PatchDocument[], total: count as number });
    }

    function begin(): void {
      ending = listen('db', store, message, hear);
      ending.catch((error: StoreError) => result.set({ ...result.get(), status: 'error', error }));
    }

    return {
      ...result,
      subscribe(listener) {
        const stop = result.subscribe(listener);
        let isOn = true;
        if (watchers++ === 0) begin();
        return () => {
          if (!isOn) return;
          isOn = false;
          stop();
          if (--watchers === 0) ending?.then((end) => end()).catch(() => {}); // it is in the result
        };
      },
    };
  }

  return {
    kv: kvOf(''),
    db: dbOf(''),
    close() {
      close();
      if (own !== port) (own as MessagePort).close();
    },
  };
}

/** A port of its own for a frame: the page checks once from where it comes. */
function handOver(page: Pick<globalThis.Window, 'postMessage'>, origin: string): MessagePort {
  const { port1, port2 } = new MessageChannel();
  page.postMessage({ holdfast: 'connect' } satisfies PatchRequest, origin, [port2]);
  return port1;
}
