import type { Batch, DriverChange, History, Operation } from '../driver.ts';
import type { Copy } from './http-copy.ts';

type Listener = (change: DriverChange<string>) => void;

/** Tells a store of what is new in the copy, wherever it comes from: the server, or another tab of this device. */
export interface News {
  /** Up to here all is told. */
  told(): number;
  /** The log after a sequence; what waits for its place stands behind it. */
  since(after?: number): Promise<History>;
  /** The copy has changed under these keys; `undefined`: anywhere. */
  changed(keys: Iterable<string> | undefined): void;
  /** By this tab: it is shown already. */
  enqueued(id: string, operations: readonly Operation[]): void;
  /** Resolves when all that is in the copy now was told. */
  tell(): Promise<void>;
  listen(listener: Listener | undefined): Promise<void>;
}

export function following(copy: Copy): News {
  let listener: Listener | undefined;
  let told = 0;
  let changed: Set<string> | undefined = new Set();
  /** Commits of this tab that wait. */
  const own = new Map<string, readonly Operation[]>();
  /** Keys under which something waited when it was last told. */
  let waited: string[] = [];
  let telling: Promise<void> | undefined;
  let isBehind = false;

  /** In this order: what finds its place meanwhile is said to wait once more, and whoever knows it knows better. */
  async function read(after: number): Promise<{ head: number; batches: Batch[]; waiting: Batch[] }> {
    const queued = new Map((await copy.queued()).map(({ id, operations }) => [id, operations]));
    const head = (await copy.progress())?.sequence ?? 0;
    const batches = (await copy.batches(after)).filter(({ sequence }) => sequence <= head);
    // What left the queue has its place or was refused. Said to wait once more, it is missed the next time if it was.
    for (const [id, operations] of own) {
      if (queued.has(id)) continue;
      own.delete(id);
      isBehind = true;
      queued.set(id, operations);
    }
    return { head, batches, waiting: [...queued.values()].flatMap(appended) };
  }

  async function look(): Promise<void> {
    const { head, batches, waiting } = await read(told);
    const keys = changed && new Set([...changed, ...batches.map(({ key }) => key)]);
    const paths = waiting.map(({ key }) => key);
    const concerned = new Set([...(keys ?? []), ...waited, ...paths]);
    const history = { after: told, head, batches: [...batches, ...waiting], ...(keys ? { keys: [...keys] } : {}) };
    changed = new Set();
    waited = paths;
    if (!keys) listener?.({ type: 'reset', history });
    else if (concerned.size > 0) listener?.({ type: 'change', keys: [...concerned], history });
    // Without keys the server may be another one, which counts from its own beginning.
    told = keys ? Math.max(told, head) : head;
  }

  return {
    told: () => told,
    async since(after = 0) {
      const { head, batches, waiting } = await read(after);
      return { head, batches: [...batches, ...waiting] };
    },
    changed(keys) {
      if (!keys) changed = undefined;
      else for (const key of keys) changed?.add(key);
    },
    enqueued(id, operations) {
      if (operations.some(({ type }) => type === 'append')) own.set(id, operations);
    },
    tell() {
      isBehind = true;
      telling ??= (async () => {
        try {
          while (isBehind && listener) {
            isBehind = false;
            await look();
          }
        } finally {
          telling = undefined;
        }
      })();
      return telling;
    },
    async listen(next) {
      listener = next;
      if (next) told = (await copy.progress())?.sequence ?? 0;
    },
  };
}

/** What has no place yet. */
function appended(operations: readonly Operation[]): Batch[] {
  return operations.flatMap((operation) =>
    operation.type === 'append' ? [{ sequence: Number.POSITIVE_INFINITY, key: operation.key, value: operation.value }] : [],
  );
}
