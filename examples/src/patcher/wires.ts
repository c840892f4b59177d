import type { Observable } from '@holdfast/core';

/** What a box takes in. */
export type Inlet = (message: unknown) => void;

/** Where a box sends its messages: to whatever is wired to it. The last one can be watched. */
export interface Outlet extends Observable<unknown> {
  send(message: unknown): void;
  wire(inlet: Inlet): void;
}

export function outlet(): Outlet {
  const inlets: Inlet[] = [];
  const listeners = new Set<() => void>();
  let last: unknown;
  return {
    get: () => last,
    initial: () => undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wire(inlet) {
      inlets.push(inlet);
    },
    send(message) {
      last = message;
      for (const listener of listeners) listener();
      for (const inlet of inlets) inlet(message);
    },
  };
}
