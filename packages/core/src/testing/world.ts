import type { Bus, Lifecycle, Ports } from '../ports.ts';

/** A tab of a simulated browser: its ports, and what can happen to it. */
export interface TestTab {
  readonly ports: Ports;
  /** Another tab comes to the front. */
  hide(): void;
  /** It is seen again: back to the front, thawed, or restored from the back/forward cache. */
  show(): void;
  /** `pagehide`: it may end with the turn that is running. */
  leave(): void;
  /** Hidden, and from now on no timer runs and no message arrives until `show`. */
  freeze(): void;
  /** It ends without a word: no timer, message or event of it ever runs again. */
  crash(): void;
}

/** A simulated browser: one clock, one bus, any number of tabs. Nothing happens by itself: time passes by `advance`. */
export interface TestWorld {
  openTab(): TestTab;
  now(): number;
  /** Lets time pass and everything that falls due run, in order; first lets what is under way end. */
  advance(ms: number): Promise<void>;
  /** Lets promises that are under way end, without letting time pass. */
  settle(): Promise<void>;
  /** Messages between tabs from now on: `deliver` (at the next settle), or `drop` for ever. */
  setBus(mode: 'deliver' | 'drop'): void;
  /** Errors that nobody listened for. */
  readonly reported: unknown[];
}

interface Timer {
  readonly atMs: number;
  readonly work: () => void;
  readonly tab: { isFrozen: boolean; isDead: boolean };
}

/** The next task of the event loop; storages and buses answer in tasks of their own. */
function nextTask(work: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (work: () => void) => void };
  if (setImmediate) setImmediate(work);
  else setTimeout(work);
}

/** A world that begins at a fixed time, so that two runs are equal. */
export function createWorld(): TestWorld {
  let nowMs = Date.UTC(2026, 0, 1);
  let isDropping = false;
  let ids = 0;
  let timers: Timer[] = [];
  const buses = new Set<{ name: string; bus: Bus; tab: Timer['tab'] }>();
  const locks = new Map<string, Promise<unknown>>();
  const reported: unknown[] = [];

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise<void>(nextTask);
  }

  function openTab(): TestTab {
    const tab = { isFrozen: false, isDead: false, isVisible: true, isLeaving: false };
    const listeners = new Set<(event: 'hide' | 'freeze' | 'show') => void>();
    const tell = (event: 'hide' | 'freeze' | 'show'): void => {
      if (!tab.isDead) for (const listener of [...listeners]) listener(event);
    };
    const lifecycle: Lifecycle = {
      isVisible: () => tab.isVisible,
      isLeaving: () => tab.isLeaving,
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };

    function openBus(name: string): Bus {
      const bus: Bus = {
        onMessage() {},
        post(message) {
          if (isDropping || tab.isDead) return;
          const copy = structuredClone(message);
          for (const other of buses)
            if (other.name === name && other.bus !== bus)
              nextTask(() => {
                if (buses.has(other) && !other.tab.isDead && !other.tab.isFrozen) other.bus.onMessage(copy);
              });
        },
        close: () => buses.delete(entry),
      };
      const entry = { name, bus, tab };
      buses.add(entry);
      return bus;
    }

    function lock<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (locks.get(name) ?? Promise.resolve()).then(work, work);
      locks.set(name, turn);
      const end = (): void => {
        if (locks.get(name) === turn) locks.delete(name);
      };
      turn.then(end, end);
      return turn;
    }

    return {
      ports: {
        now: () => nowMs,
        randomId: () => `id${++ids}`,
        delay(work, ms) {
          const timer = { atMs: nowMs + ms, work, tab };
          timers.push(timer);
          return () => {
            timers = timers.filter((other) => other !== timer);
          };
        },
        openBus,
        lock,
        lockIfFree: async (name, work) => (locks.has(name) ? undefined : lock(name, work)),
        lifecycle,
        report: (error) => reported.push(error),
      },
      hide() {
        tab.isVisible = false;
        tell('hide');
      },
      leave() {
        tab.isVisible = false;
        tab.isLeaving = true;
        tell('hide');
        tell('freeze');
      },
      freeze() {
        tab.isVisible = false;
        tell('hide');
        tell('freeze');
        tab.isFrozen = true;
      },
      show() {
        tab.isFrozen = false;
        tab.isVisible = true;
        tab.isLeaving = false;
        tell('show');
      },
      crash() {
        tab.isDead = true;
      },
    };
  }

  return {
    openTab,
    now: () => nowMs,
    reported,
    settle,
    setBus(mode) {
      isDropping = mode === 'drop';
    },
    async advance(ms) {
      await settle();
      const endMs = nowMs + ms;
      for (;;) {
        const next = timers.filter(({ atMs, tab }) => atMs <= endMs && !tab.isFrozen).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        nowMs = Math.max(nowMs, next.atMs);
        if (!next.tab.isDead) next.work();
        await settle();
      }
      nowMs = endMs;
    },
  };
}
