import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright';
import type { Engine } from './engines.ts';

/** A browser with a profile of its own on disk: what it stores outlives its processes. */
export interface Profile {
  readonly directory: string;
  /** Starts the browser. Also after a kill. */
  start(): Promise<BrowserContext>;
  /** SIGKILL for every process of this browser and no other, until none is left. */
  kill(): Promise<void>;
  /** SIGKILL for the process of the tab that has worked most; the browser and its other tabs live on. */
  killTab(): void;
  remove(): void;
}

const LOCKS = ['SingletonLock', 'SingletonSocket', 'SingletonCookie', 'lock', '.parentlock'];

/** @param parent Where the profile lies. */
export function createProfile({ type, options }: Engine, parent: string = tmpdir()): Profile {
  const directory = mkdtempSync(join(parent, 'holdfast-profile-'));
  let context: BrowserContext | undefined;
  return {
    directory,
    async start() {
      for (const file of LOCKS) rmSync(join(directory, file), { force: true });
      context = await type.launchPersistentContext(directory, options);
      return context;
    },
    async kill() {
      for (let alive = processesOf(directory); alive.length > 0; alive = processesOf(directory)) {
        for (const id of alive) {
          try {
            process.kill(id, 'SIGKILL');
          } catch {} // it ended meanwhile
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await context?.close().catch(() => {});
    },
    killTab() {
      // Chromium calls them renderers; in Firefox the type is the last word.
      const tabs = processesOf(directory).filter((id) => /--type=renderer|-contentproc.* tab\s*$/.test(commandOf(id)));
      const [busiest] = tabs.sort((a, b) => cpuTimeOf(b) - cpuTimeOf(a));
      if (busiest === undefined) throw new Error('No tab is running');
      process.kill(busiest, 'SIGKILL');
    },
    remove() {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** In ticks of the clock of the kernel. */
function cpuTimeOf(id: number): number {
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
}

function commandOf(id: number): string {
  return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

/** Those that name the directory in their command line, and all their descendants. */
function processesOf(directory: string): number[] {
  const children = new Map<number, number[]>();
  const found = new Set<number>();
  const roots: number[] = [];
  for (const id of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue; // dead already, its parent has not looked
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), id]);
      if (commandOf(id).includes(directory)) roots.push(id);
    } catch {} // it ended meanwhile
  }
  const add = (id: number): void => {
    found.add(id);
    for (const child of children.get(id) ?? []) add(child);
  };
  roots.forEach(add);
  return [...found];
}
