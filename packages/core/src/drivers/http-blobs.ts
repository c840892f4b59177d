import type { Codec } from '../codec.ts';
import { json } from '../codecs/json.ts';
import type { Driver, Operation } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';
import { encodePath } from '../key-path.ts';
import type { Remote } from './http-remote.ts';
import type { Http } from './http-request.ts';

/** A Blob in a text: which one, and where it stood in the value; of a `File` its name and date. */
type Mark = readonly [id: string, path: readonly (string | number)[], type: string, name?: string, lastModified?: number];

/** Lets the `http` driver carry `Blob` and `File`, each in a request of its own that is streamed. */
export interface HttpBlobs {
  /** JSON, with Blobs beside it. */
  readonly codec: Codec;
  /** Sends the Blobs of what is written before it is, and has those of what is read. */
  over(remote: Remote, http: Http): Remote;
  /** What keeps the Blobs of operations in a storage on this device. */
  kept(operations: readonly Operation[], pathOf: (name: string) => string): Operation<unknown>[];
  /** Has the Blobs of a text that is kept on this device. */
  restore(local: Driver<unknown>, key: string, text: string, pathOf: (name: string) => string): Promise<void>;
  /** What removes the Blobs that a text on this device refers to, and the next one under its key does not. */
  forgotten(key: string, before: string, after: string | undefined, pathOf: (name: string) => string): Operation<unknown>[];
}

/** Bytes a second that a connection has at least: a slower one fails, and is tried again. */
const SLOWEST = 20_000;

/** `http('/state', { blobs: httpBlobs() })`: one for each driver. */
export function httpBlobs({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): HttpBlobs {
  const blobs = new Map<string, Blob>();
  const ids = new WeakMap<Blob, string>();
  /** By key and id. */
  const sent = new Set<string>();

  function keep(id: string, blob: Blob): void {
    blobs.set(id, blob);
    ids.set(blob, id);
  }

  function markOf(blob: Blob, path: Mark[1]): Mark {
    const id = ids.get(blob) ?? crypto.randomUUID();
    keep(id, blob);
    return blob instanceof File ? [id, path, blob.type, blob.name, blob.lastModified] : [id, path, blob.type];
  }

  function lower(value: unknown, path: readonly (string | number)[], marks: Mark[]): unknown {
    if (value instanceof Blob) {
      marks.push(markOf(value, path));
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => lower(item, [...path, index], marks));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lower(item, [...path, key], marks)]));
  }

  function take([id, , type, name, lastModified]: Mark, bytes: Blob): void {
    keep(id, name === undefined ? new Blob([bytes], { type }) : new File([bytes], name, { type, lastModified: lastModified ?? 0 }));
  }

  const address = (key: string, id: string): string => `:blob?key=${encodeURIComponent(key)}&id=${id}`;

  async function upload(http: Http, operations: readonly Operation[]): Promise<void> {
    for (const { key, marks } of marked(operations))
      for (const [id] of marks) {
        const blob = blobs.get(id);
        if (!blob || sent.has(`${id} ${key}`)) continue;
        const headers = { 'content-type': blob.type || 'application/octet-stream' };
        const ms = timeoutMs + Math.ceil((blob.size / SLOWEST) * 1_000);
        const response = await http.transfer(address(key, id), { method: 'PUT', body: blob, headers }, ms);
        await response.text(); // what nobody reads holds its connection
        sent.add(`${id} ${key}`);
      }
  }

  async function download(http: Http, key: string, text: string): Promise<void> {
    for (const mark of marksIn(text)) {
      if (blobs.has(mark[0])) continue;
      const response = await http.transfer(address(key, mark[0]), {}, 10 * timeoutMs);
      if (response.ok) take(mark, await response.blob());
      else await response.text();
    }
  }

  return {
    codec: {
      name: 'json with blobs',
      encode(value) {
        const marks: Mark[] = [];
        const encoded = json.encode(lower(value, [], marks)) as { json: unknown };
        return marks.length > 0 ? { ...encoded, meta: { blobs: marks } } : encoded;
      },
      decode({ json: data, meta }) {
        let value = json.decode({ json: data });
        if (meta === undefined) return value;
        // One that the server has lost leaves `null` behind.
        for (const [id, path] of marksOf(meta)) value = placed(value, path, blobs.get(id) ?? null);
        return value;
      },
    },
    over(remote, http) {
      let turn: Promise<unknown> = Promise.resolve();
      let uploads = 0;
      /** What comes behind Blobs waits for them: commits stay in their order. */
      function after<T>(operations: readonly Operation[], work: () => Promise<T>): Promise<T> {
        if (uploads === 0 && marked(operations).length === 0) return work();
        uploads++;
        const next = turn.then(() => upload(http, operations)).then(work);
        turn = next.catch(() => {}).finally(() => uploads--);
        return next;
      }
      const withBlobs = async <E extends { key: string; value: string }>(entry: E): Promise<E> => {
        await download(http, entry.key, entry.value);
        return entry;
      };
      return {
        ...remote,
        commit: (operations, options) => after(operations, () => remote.commit(operations, options)),
        send: (client, commits) =>
          after(
            commits.flatMap(({ operations }) => operations),
            () => remote.send(client, commits),
          ),
        set: (key, value, options) => after([{ type: 'set', key, value }], () => remote.set(key, value, options)),
        async get(key) {
          const entry = await remote.get(key);
          return entry && withBlobs(entry);
        },
        async *list(range) {
          for await (const batch of remote.list(range)) yield Promise.all(batch.map(withBlobs));
        },
      };
    },
    kept: (operations, pathOf) =>
      marked(operations).flatMap(({ key, marks }) =>
        marks.flatMap(([id]): Operation<unknown>[] => {
          const blob = blobs.get(id);
          return blob ? [{ type: 'set', key: pathOf(encodePath([key, id])), value: blob }] : [];
        }),
      ),
    async restore(local, key, text, pathOf) {
      for (const mark of marksIn(text)) {
        const [id] = mark;
        const entry = blobs.has(id) ? undefined : await local.get(pathOf(encodePath([key, id])));
        if (entry?.value instanceof Blob) take(mark, entry.value);
      }
    },
    forgotten: (key, before, after, pathOf) =>
      marksIn(before).flatMap(([id]): Operation<unknown>[] =>
        after?.includes(id) ? [] : [{ type: 'delete', key: pathOf(encodePath([key, id])) }],
      ),
  };
}

function marked(operations: readonly Operation[]): { key: string; marks: Mark[] }[] {
  return operations.flatMap((operation) => {
    const marks = operation.type === 'set' ? marksIn(operation.value) : [];
    return marks.length > 0 ? [{ key: operation.key, marks }] : [];
  });
}

/** The envelope of a value says what stands beside it. Most texts have none. */
function marksIn(text: string): Mark[] {
  if (!text.startsWith('{"$holdfast":') || !text.includes('{"blobs":')) return [];
  try {
    return marksOf(JSON.parse(text).$holdfast[2]);
  } catch {
    return []; // whoever decodes it says so
  }
}

/** @throws {StoreError} `CORRUPT` */
function marksOf(meta: unknown): Mark[] {
  const marks = (meta as { blobs?: unknown } | null)?.blobs;
  const isMark = (mark: unknown): boolean => Array.isArray(mark) && typeof mark[0] === 'string' && Array.isArray(mark[1]);
  if (Array.isArray(marks) && marks.every(isMark)) return marks as Mark[];
  throw new StoreError('CORRUPT', 'Cannot decode the value: it does not say where its Blobs were');
}

function placed(value: unknown, path: Mark[1], blob: Blob | null): unknown {
  if (path.length === 0) return blob;
  let parent = value;
  for (const part of path.slice(0, -1)) parent = own(parent, part);
  const last = path.at(-1) as string | number;
  own(parent, last);
  Object.defineProperty(parent, last, { value: blob, writable: true, enumerable: true, configurable: true });
  return value;
}

function own(parent: unknown, part: string | number): unknown {
  if (typeof parent === 'object' && parent !== null && Object.hasOwn(parent, part)) return (parent as Record<string, unknown>)[part];
  throw new StoreError('CORRUPT', 'Cannot decode the value: it has no place for one of its Blobs');
}
