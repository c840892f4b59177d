import { report } from './errors.ts';
import type { Bus, Lifecycle, Ports } from './ports.ts';

/** The ports of a browser's page or worker. In Node, where there is neither, they have no other tabs and no page that ends. Nothing is touched before it is called. */
export function browserPorts(): Ports {
  const hasTabs = typeof BroadcastChannel === 'function' && (typeof document !== 'undefined' || 'WorkerGlobalScope' in globalThis);
  return {
    now: () => Date.now(),
    randomId: () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join(''),
    delay(work, ms) {
      const timer = setTimeout(work, ms);
      // In Node a timer of ours must not keep the process alive.
      (timer as { unref?(): void }).unref?.();
      return () => clearTimeout(timer);
    },
    ...(hasTabs ? { openBus } : {}),
    ...(hasTabs && navigator.locks
      ? {
          lock: <T>(name: string, work: () => Promise<T>) => navigator.locks.request(name, work) as Promise<T>,
          lockIfFree: <T>(name: string, work: () => Promise<T>) =>
            navigator.locks.request(name, { ifAvailable: true }, async (lock) => (lock ? work() : undefined)) as Promise<T | undefined>,
        }
      : {}),
    lifecycle: pageLifecycle(),
    report,
    ...(hasTabs && navigator.storage?.estimate ? { estimate: () => navigator.storage.estimate() } : {}),
  };
}

function openBus(name: string): Bus {
  const channel = new BroadcastChannel(name);
  const bus: Bus = {
    onMessage() {},
    post(message) {
      try {
        channel.postMessage(message);
      } catch {} // closed, or an opaque origin: then there is no one to tell
    },
    close: () => channel.close(),
  };
  channel.onmessage = (event) => bus.onMessage(event.data);
  return bus;
}

function pageLifecycle(): Lifecycle {
  const page = typeof document === 'undefined' ? undefined : document;
  // `pagehide` may be the last thing that happens; until `pageshow` nothing is waited for.
  let isGone = false;
  // A page that is hidden may be on its way out. One that comes to its next task lives on.
  let isLeaving = false;
  return {
    isLeaving: () => isLeaving,
    isVisible: () => !isGone && page?.visibilityState !== 'hidden',
    listen(listener) {
      if (!page) return () => {};
      const controller = new AbortController();
      const on = (target: EventTarget, types: string[], handler: (event: Event) => void): void => {
        for (const type of types) target.addEventListener(type, handler, { signal: controller.signal, capture: true });
      };
      on(page, ['visibilitychange'], () => {
        isLeaving = page.visibilityState === 'hidden';
        if (isLeaving)
          setTimeout(() => {
            isLeaving = isGone;
          });
        listener(isLeaving ? 'hide' : 'show');
      });
      on(page, ['freeze'], () => listener('freeze'));
      on(page, ['resume'], () => listener('show'));
      on(globalThis, ['pagehide'], () => {
        isGone = true;
        isLeaving = true;
        listener('hide');
        listener('freeze');
      });
      on(globalThis, ['pageshow', 'focus', 'online'], () => {
        isGone = false;
        isLeaving = false;
        listener('show');
      });
      return () => controller.abort();
    },
  };
}
