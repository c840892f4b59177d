import type { Random } from './random.ts';

/** A process of the simulated computer: a tab, with what it still has to do. */
export interface Process {
  readonly name: string;
  isDead: boolean;
  isFrozen: boolean;
  /** Once, at least. What was under way then may be sent again. */
  wasHidden: boolean;
  /** When it died, by the clock. */
  endedMs: number | undefined;
  /** What would have run while it was frozen. */
  readonly parked: Task[];
}

interface Task {
  readonly atMs: number;
  readonly process: Process | undefined;
  readonly work: () => void;
  isCancelled: boolean;
}

/** One clock and one queue of tasks for everything that happens: the same seed gives the same history. */
export interface Computer {
  readonly random: Random;
  /** Milliseconds since the start, which no one can set. */
  now(): number;
  /** What clocks show. */
  clock(): number;
  setClock(byMs: number): void;
  /** The process whose task, or what follows from it in microtasks, is running. */
  current(): Process | undefined;
  /** Number of the running task. */
  turn(): number;
  /** Runs `work` as a task of a process (of none: the browser itself). Not if that has died; later, if it is frozen. Returns the cancel function. */
  after(ms: number, process: Process | undefined, work: () => void): () => void;
  /** Lets time pass, and all that falls due run. */
  run(ms: number): Promise<void>;
  thaw(process: Process): void;
  tell(event: string): void;
  readonly story: string[];
}

const START_MS = Date.UTC(2026, 0, 1);

// Before anything is replaced.
const { setImmediate } = globalThis;
const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function computer(random: Random): Computer {
  let nowMs = 0;
  let setMs = 0;
  let turn = 0;
  let current: Process | undefined;
  const queue: Task[] = [];
  const story: string[] = [];

  /** Kept in order: nearly all that is added comes near the end. */
  function add(task: Task): void {
    let index = queue.length;
    while (index > 0 && (queue[index - 1] as Task).atMs > task.atMs) index--;
    queue.splice(index, 0, task);
  }

  function after(ms: number, process: Process | undefined, work: () => void): () => void {
    const task: Task = { atMs: nowMs + ms, process, work, isCancelled: false };
    if (!process?.isDead) add(task);
    return () => {
      task.isCancelled = true;
    };
  }

  return {
    random,
    story,
    now: () => nowMs,
    clock: () => Math.floor(START_MS + setMs + nowMs),
    setClock(byMs) {
      setMs += byMs;
    },
    current: () => current,
    turn: () => turn,
    after,
    async run(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const task = queue[0];
        if (!task || task.atMs > endMs) break;
        queue.shift();
        nowMs = Math.max(nowMs, task.atMs);
        const { process } = task;
        if (task.isCancelled || process?.isDead) continue;
        if (process?.isFrozen) {
          process.parked.push(task);
          continue;
        }
        turn++;
        current = process;
        task.work();
        if (process) await endOfTurn();
        current = undefined;
      }
      nowMs = endMs;
    },
    thaw(process) {
      process.isFrozen = false;
      for (const task of process.parked.splice(0)) add({ ...task, atMs: nowMs });
    },
    tell(event) {
      story.push(`${nowMs.toFixed(1).padStart(9)}  ${event}`);
    },
  };
}
