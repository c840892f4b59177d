import { StoreError, type StoreErrorCode, storageError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { GuestPort } from './serve-guest.ts';
import type { PatchRequest, PatchResponse } from './serve-patch.ts';

export type Kind = 'kv' | 'db';
/** What a client sends and hears; both are checked by the other side and by `serve-patch`. */
export type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Messages to the objects of a patch that somebody serves at the other end of a port, and their answers. */
export interface PatchLine {
  /** @throws {StoreError} (rejects) what went wrong at the other end; `TIMEOUT`, `CLOSED` */
  ask(object: Kind, store: string, message: Message): Promise<Message>;
  /** Subscribes. Resolves when it is live. Returns the function that ends it. */
  listen(object: Kind, store: string, message: Message, listener: (told: Message) => void): Promise<() => void>;
  /** Calls under way fail. The port stays open. */
  close(): void;
}

interface Waiting {
  readonly resolve: (answer: Message) => void;
  readonly reject: (error: StoreError) => void;
  readonly cancel: () => void;
}

export function patchLine(port: GuestPort, deadlineMs: number, delay: Ports['delay']): PatchLine {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, (told: Message) => void>();
  let last = 0;
  let isClosed = false;

  function onMessage({ data }: MessageEvent): void {
    const response = (data ?? {}) as PatchResponse;
    if (response.holdfast === 'closed') close();
    if (response.holdfast === 'told') {
      const { object, store, message } = response;
      listeners.get(placeOf(object, store, (message as Message).subscription))?.(message as Message);
    }
    if (response.holdfast !== 'answer') return;
    const { resolve, reject, cancel } = waiting.get(response.id) ?? {};
    waiting.delete(response.id);
    cancel?.();
    const answer = response.message as Message;
    if (answer.type === 'error') reject?.(errorOf(answer));
    else resolve?.(answer);
  }

  function ask(object: Kind, store: string, message: Message): Promise<Message> {
    const id = ++last;
    return new Promise((resolve, reject) => {
      if (isClosed) return reject(closed());
      const cancel = delay(() => {
        waiting.delete(id);
        reject(new StoreError('TIMEOUT', `Cannot ${message.type}: the page does not answer`));
      }, deadlineMs);
      waiting.set(id, { resolve, reject, cancel });
      try {
        port.postMessage({ holdfast: 'ask', id, object, store, message } satisfies PatchRequest);
      } catch (error) {
        cancel();
        waiting.delete(id);
        reject(storageError(error, `send the ${message.type}`));
      }
    });
  }

  async function listen(object: Kind, store: string, message: Message, listener: (told: Message) => void): Promise<() => void> {
    const { subscription } = await ask(object, store, { ...message, type: 'subscribe' });
    const place = placeOf(object, store, subscription);
    listeners.set(place, listener);
    return () => {
      if (listeners.delete(place)) ask(object, store, { type: 'unsubscribe', subscription }).catch(() => {}); // nobody is told any more
    };
  }

  function close(): void {
    if (isClosed) return;
    port.postMessage({ holdfast: 'bye' } satisfies PatchRequest);
    isClosed = true;
    port.removeEventListener('message', onMessage);
    for (const { reject, cancel } of waiting.values()) {
      cancel();
      reject(closed());
    }
    waiting.clear();
    for (const listener of listeners.values()) listener({ type: 'error', message: closed().message, code: 'CLOSED' });
    listeners.clear();
  }

  port.addEventListener('message', onMessage);
  port.start?.();
  return { ask, listen, close };
}

function placeOf(object: Kind, store: string, subscription: unknown): string {
  return `${object} ${subscription} ${store}`;
}

function closed(): StoreError {
  return new StoreError('CLOSED', 'Cannot use the storage of the patch: the connection is closed');
}

export function errorOf({ message, code = 'INVALID_ARGUMENT' }: Message): StoreError {
  return new StoreError(code as StoreErrorCode, String(message).replace(/ \([A-Z_]+\)$/, ''));
}
