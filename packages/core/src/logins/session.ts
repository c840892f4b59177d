import { forgetNotes } from '../drivers/tab-journal.ts';
import { encodePath } from '../key-path.ts';
import { batch } from '../observable.ts';
import type { Ports } from '../ports.ts';
import { createStore } from '../store.ts';
import { CONTENTS, type ErrorListener, type Store } from '../store-interface.ts';
import { removeAll } from '../stored-entries.ts';
import type { Fence } from './fence.ts';
import type { Gate } from './guarded.ts';
import { type GuardedOptions, guards } from './guarded-options.ts';

/** What of an account is to be removed from this browser: nothing, what only this tab has, or all of it. */
export type Removal = 'nothing' | 'own' | 'all';

/** One login in one tab. */
export interface Session {
  /** Of the store. */
  readonly name: string;
  /** The text on the fence while it is in force. */
  readonly login: string | undefined;
  readonly store: Store;
  /** The login is over: memory shows nothing of it any more, and nothing more is written. */
  drop(removal: Removal): Promise<void>;
}

/** @param moved Called when another login turns out to be in force. */
export function createSession(name: string, declared: GuardedOptions, fence: Fence, ports: Ports, moved: () => void): Session {
  const login = fence.read();
  let state: ReturnType<Gate> = 'open';
  const stops = new Set<() => void>();

  const gate: Gate = () => {
    if (state === 'open' && fence.read() !== login) {
      state = 'shut';
      // Whoever asks may be in the middle of a render.
      queueMicrotask(moved);
    }
    return state;
  };

  /** What is refused because the login is over is no failure. */
  const whileOpen =
    (listener: ErrorListener): ErrorListener =>
    (error, key) => {
      if (state === 'open') listener(error, key);
    };

  const { options, store: guarded } = guards(gate);
  const { onError } = declared;
  const made = createStore({
    ...options(declared),
    name,
    ...(onError ? { onError: whileOpen(onError) } : {}),
    ports: {
      ...ports,
      report: (error) => state === 'open' && ports.report(error),
      lifecycle: {
        ...ports.lifecycle,
        listen(listener) {
          const stop = ports.lifecycle.listen(listener);
          stops.add(stop);
          return stop;
        },
      },
    },
  });
  const store: Store = { ...guarded(made), onError: (listener) => made.onError(whileOpen(listener)) };
  const homes = () => made[CONTENTS]().homes;

  return {
    name,
    login,
    store,
    async drop(removal) {
      state = 'shut';
      for (const stop of stops) stop();
      const cells = homes().flatMap(({ cells }) => [...cells.values()]);
      batch(() => {
        for (const cell of cells) cell.abandon();
      });
      const nothing = { type: 'reset', history: { after: 0, head: 0, batches: [] } } as const;
      await Promise.all(cells.map((cell) => cell.reread(nothing)));
      try {
        state = removal === 'nothing' ? 'shut' : 'erasing';
        if (removal === 'own') for (const home of homes()) if (home.driver.limits?.keeps === 'session') await removeAll(home, name);
        // A second time: what another tab had issued before it could know arrives in between.
        if (removal === 'all') for (let time = 0; time < 2; time++) await made.destroy();
        if (removal === 'all') forgetNotes(encodePath([name]));
      } finally {
        state = 'shut';
        await Promise.all(homes().map((home) => home.close()));
      }
    },
  };
}
