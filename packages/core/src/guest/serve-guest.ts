/** A `Worker`, a `MessagePort`, or whatever else exchanges messages with a guest. */
export interface GuestPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  /** Of a `MessagePort`, which holds messages back until then. */
  start?(): void;
}

/**
 * Answers the `host-call` messages of a guest in a worker with the handlers of its modules, and `load-host` with their names.
 * Beside the `error` text an answer has the `code` of a `StoreError`. Returns the function that ends it.
 */
export function serveGuest(port: GuestPort, modules: Readonly<Record<string, object>>): () => void {
  async function answer(module: string, name: string, args: readonly unknown[]): Promise<unknown> {
    const handlers = Object.hasOwn(modules, module) ? (modules[module] as Record<string, unknown>) : undefined;
    if (!handlers) throw new Error(`no host module registered for '${module}'`);
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (typeof handler !== 'function') throw new Error(`no main-thread handler for '${module}.${name}'`);
    return handler(...args);
  }

  function onMessage({ data }: MessageEvent): void {
    const { type, reqId, module, name, args } = (data ?? {}) as Record<string, unknown>;
    if (type === 'load-host') {
      const handlers = Object.hasOwn(modules, String(name)) ? modules[String(name)] : undefined;
      const found = handlers ? { exports: Object.keys(handlers) } : { error: `no host module registered for '${String(name)}'` };
      port.postMessage({ type: 'load-host-response', reqId, ...found });
    }
    if (type !== 'host-call') return;
    answer(String(module), String(name), Array.isArray(args) ? args : []).then(
      (value) => port.postMessage({ type: 'host-call-response', reqId, value }),
      (error: unknown) => {
        const { message, code } = (error ?? {}) as { message?: string; code?: string };
        // An empty text would be taken for success.
        port.postMessage({ type: 'host-call-response', reqId, error: message || String(error) || 'failed', ...(code ? { code } : {}) });
      },
    );
  }

  port.addEventListener('message', onMessage);
  return () => port.removeEventListener('message', onMessage);
}
