import { failureOf, type PatchObject } from './message-object.ts';
import { dbObject, kvObject } from './patch-objects.ts';
import type { PatchStorage } from './patch-storage.ts';
import type { GuestPort } from './serve-guest.ts';

/** What a client asks: a message for one of its objects. `connect`: the port that comes with it is a client's. */
export type PatchRequest =
  | { readonly holdfast: 'ask'; readonly id: number; readonly object: 'kv' | 'db'; readonly store: string; readonly message: unknown }
  | { readonly holdfast: 'connect' }
  | { readonly holdfast: 'bye' };

/** What a client is told: the answer to what it asked, what a subscription says, or that nobody answers any more. */
export type PatchResponse =
  | { readonly holdfast: 'answer'; readonly id: number; readonly message: unknown }
  | { readonly holdfast: 'told'; readonly object: 'kv' | 'db'; readonly store: string; readonly message: unknown }
  | { readonly holdfast: 'closed' };

export interface ServePatchOptions {
  /** Whose stores they are that have no name: the id of the node that the guest is. */
  node: string;
  /** From which origins other windows may connect. @default none */
  origins?: readonly string[];
  /** The only window that may connect, such as a frame's `contentWindow`. @default any of these origins */
  from?: () => unknown;
}

/**
 * Lets a guest use the storage of a patch through `connect()`: a worker, whoever has the other end of a port, or (on the page's
 * own `window`) a frame. Returns the function that ends it.
 */
export function servePatch(port: GuestPort, patch: PatchStorage, options: ServePatchOptions): () => void {
  const { node, origins = [], from } = options;
  const objects = new Map<string, PatchObject<unknown>>();
  const clients = new Set<() => void>();
  const post = (response: PatchResponse): void => port.postMessage(response);

  function objectOf(kind: 'kv' | 'db', store: string): PatchObject<unknown> {
    const place = `${kind} ${store}`;
    let object = objects.get(place);
    if (!object) {
      const send = (message: object): void => {
        // Answers go out by their numbers, what a subscription says by the number of that.
        const { type, subscription } = message as { type?: string; subscription?: number };
        const isTold = type === 'live' || type === 'changed' || (type === 'error' && subscription !== undefined);
        if (isTold) post({ holdfast: 'told', object: kind, store, message });
      };
      object = (kind === 'kv' ? kvObject({ patch, node, store, send }) : dbObject({ patch, node, store, send })) as PatchObject<unknown>;
      objects.set(place, object);
    }
    return object;
  }

  async function answer({ id, object, store, message }: Extract<PatchRequest, { holdfast: 'ask' }>): Promise<void> {
    const answered = await objectOf(object === 'db' ? 'db' : 'kv', String(store)).receive(message);
    try {
      post({ holdfast: 'answer', id, message: answered });
    } catch (error) {
      post({ holdfast: 'answer', id, message: failureOf(error) }); // what is stored cannot be cloned here
    }
  }

  function onMessage({ data, origin, source, ports }: MessageEvent): void {
    const request = (data ?? {}) as PatchRequest;
    // Anybody may send to a window: who may, gets a port of its own, and is answered there alone. Only a window's messages have an origin.
    if (origin) {
      const isStranger = !origins.includes(origin) || (from && from() !== source);
      if (request.holdfast === 'connect' && ports[0] && !isStranger) clients.add(servePatch(ports[0], patch, { node }));
    } else if (request.holdfast === 'ask') void answer(request);
    else if (request.holdfast === 'bye') end();
  }

  function end(): void {
    for (const object of objects.values()) object.close();
    objects.clear();
    for (const stop of clients) stop();
    clients.clear();
  }

  port.addEventListener('message', onMessage);
  port.start?.();
  return () => {
    port.removeEventListener('message', onMessage);
    end();
    if (!isWindow(port)) post({ holdfast: 'closed' });
  };
}

function isWindow(port: object): boolean {
  return 'window' in port && port.window === port;
}
