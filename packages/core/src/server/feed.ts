import type { DriverChange, SharedStorage, StorageDriver } from '../driver.ts';
import { namespaced } from '../namespaced.ts';
import type { Guarded } from './guarded.ts';

/** What is committed, by whomever, told to all who listen. One watch of the storage serves all of them. */
export interface Hub {
  /** Resolves when nothing that is committed from now on is missed. */
  listen(listener: (change: DriverChange<string>) => void): Promise<() => void>;
  /** We have committed something ourselves. */
  tell(change: DriverChange<string>): void;
}

/** A storage without a watch is asked this often while someone listens, for what others commit. */
const POLL_MS = 1_000;

export function hub(storage: SharedStorage | Omit<SharedStorage, 'watch'>): Hub {
  const listeners = new Set<(change: DriverChange<string>) => void>();
  let watching: Promise<() => void> | undefined;

  function tell(change: DriverChange<string>): void {
    for (const listener of [...listeners]) listener(change);
  }

  async function poll(): Promise<() => void> {
    let { head } = await storage.changes();
    const timer = setInterval(async () => {
      const history = await storage.changes(head).catch(() => undefined);
      if (!history || history.head === head) return;
      head = history.head;
      tell(history.keys ? { type: 'change', keys: history.keys, sequence: head } : { type: 'reset' });
    }, POLL_MS);
    return () => clearInterval(timer);
  }

  return {
    async listen(listener) {
      listeners.add(listener);
      watching ??= 'watch' in storage && storage.watch ? storage.watch(tell) : poll();
      const opening = watching;
      const end = (): void => {
        listeners.delete(listener);
        if (listeners.size > 0 || watching !== opening) return;
        watching = undefined;
        opening.then((stop) => stop()).catch(() => {});
      };
      await opening.catch((error) => {
        if (watching === opening) watching = undefined;
        end();
        throw error;
      });
      return end;
    },
    tell(change) {
      if (!('watch' in storage && storage.watch)) tell(change);
    },
  };
}

/** The hub as one tenant hears it. */
export function tenantHub(hub: Hub, namespace: string): Pick<Hub, 'listen'> {
  // Only its watch is used: it strips the prefix and drops what is others'.
  const driver = namespaced({ watch: hub.listen } as unknown as StorageDriver<string>, namespace) as SharedStorage;
  return { listen: (listener) => driver.watch(listener) };
}

export interface StreamOptions {
  /** The last event that the client has seen. */
  readonly after: number | undefined;
  readonly signal: AbortSignal;
  /** So often a comment shows the client that the connection is alive. */
  readonly heartbeatMs: number;
  /** The stream ends after so long: the client comes again, and is asked again who it is. */
  readonly lifetimeMs: number;
  onEnd(): void;
}

/** Events that may wait for a slow reader. After more the stream is cut off, and the client goes on where it was. */
const WAITING_EVENTS = 256;

/** A feed as server-sent events: `change` with keys, or `reset`, each under the sequence of the commit. Resumable by `Last-Event-ID`. */
export function eventStream(guard: Guarded, hub: Pick<Hub, 'listen'>, options: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop = (): void => {};
  let cancel = (): void => {};
  let isEnded = false;

  return new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        const end = (): void => {
          if (isEnded) return;
          isEnded = true;
          stop();
          clearInterval(beat);
          clearTimeout(life);
          options.signal.removeEventListener('abort', end);
          options.onEnd();
          try {
            controller.close();
          } catch {} // cancelled by the reader
        };
        const send = (text: string): void => {
          if (isEnded) return;
          if ((controller.desiredSize ?? 0) < -WAITING_EVENTS) end();
          else controller.enqueue(encoder.encode(text));
        };
        const tell = (change: DriverChange): void => {
          const id = change.sequence === undefined ? '' : `id: ${change.sequence}\n`;
          send(`${id}data: ${JSON.stringify(change)}\n\n`);
        };
        const beat = setInterval(() => send(': alive\n\n'), options.heartbeatMs);
        const life = setTimeout(end, options.lifetimeMs);
        cancel = end;
        options.signal.addEventListener('abort', end);
        try {
          // One after the other, in the order of commits, however long each takes to be allowed.
          let order = Promise.resolve();
          const release = await hub.listen((change) => {
            order = order
              .then(async () => {
                const visible = await guard.visible(change);
                if (visible) tell(visible);
              })
              .catch(end);
          });
          stop = release;
          if (isEnded) release();
          if (options.after !== undefined) {
            const { head, keys } = await guard.changes(options.after);
            if (!keys) tell({ type: 'reset', sequence: head });
            else if (keys.length > 0) tell({ type: 'change', keys, sequence: head });
          }
          send(': live\n\n');
        } catch {
          end(); // the client tries again
        }
      },
      cancel: () => cancel(),
    },
    { highWaterMark: 1 },
  );
}
