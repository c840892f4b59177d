import type { Bus, Lifecycle, Ports } from '../../src/ports.ts';
import type { Computer, Process } from './computer.ts';
import { disk as createDisk, type Disk } from './disk.ts';
import { keyRange, type SimulatedIndexedDb, simulatedIndexedDb } from './indexed-db.ts';

/** How the bus treats messages at the moment: how likely each of these is, and how long a message takes at most. */
export interface BusWeather {
  drop: number;
  repeat: number;
  delayMs: number;
  /** What a frozen page is sent waits for it; else it is lost. */
  keepsForFrozen: boolean;
}

export interface Tab extends Process {
  readonly ports: Ports;
  readonly factory: IDBFactory;
  /** Milliseconds by which its clock is wrong. */
  skewMs: number;
  /** Messages that it has sent. */
  posts: number;
  /** Posts a message that did not come from Holdfast. */
  forge(message: unknown): void;
  hide(): void;
  show(): void;
  freeze(): void;
  /** Into the back/forward cache: it may never run again. */
  cache(): void;
  /** `pagehide` in the running turn, after which nothing of it runs any more. */
  leave(): void;
  /** Ends without a word. */
  crash(): void;
}

export interface Browser {
  readonly disk: Disk;
  readonly indexedDb: SimulatedIndexedDb;
  readonly bus: BusWeather;
  openTab(name: string): Tab;
  /** All its processes die; localStorage loses what is young. */
  kill(): void;
  /** The user, or the browser, removes all that the site has stored. */
  clearSite(): void;
  /** Puts itself in the place of the globals that drivers use. Returns the function that gives them back. */
  install(): () => void;
}

/** localStorage reaches the disk this long after a write, sometimes. */
const LOCAL_STORAGE_LAG_MS = 6_000;

export function browser(computer: Computer): Browser {
  const { random, after } = computer;
  const disk = createDisk(computer);
  const indexedDb = simulatedIndexedDb(computer, disk);
  const bus: BusWeather = { drop: 0, repeat: 0, delayMs: 2, keepsForFrozen: false };
  const channels = new Set<{ name: string; end: Bus; tab: Tab }>();
  const tabs = new Set<Tab>();
  const items = new Map<string, string>();
  let young: { atMs: number; name: string; before: string | undefined }[] = [];
  const locks = new Map<string, { tab: Process | undefined; start: () => void }[]>();

  function request<T>(
    name: string,
    ...rest: [work: (lock: unknown) => T] | [options: { ifAvailable?: boolean }, work: (lock: unknown) => T]
  ): Promise<T> {
    const work = rest.at(-1) as (lock: unknown) => T;
    const isOptional = rest.length > 1 && (rest[0] as { ifAvailable?: boolean }).ifAvailable;
    const tab = computer.current();
    const queue = locks.get(name) ?? [];
    locks.set(name, queue);
    return new Promise<T>((resolve, reject) => {
      const holder = {
        tab,
        start: () =>
          after(0.1, tab, () => {
            Promise.resolve(work({ name }))
              .then(resolve, reject)
              .finally(() => release(name, holder));
          }),
      };
      if (isOptional && queue.length > 0) after(0.1, tab, () => Promise.resolve(work(null)).then(resolve, reject));
      else if (queue.push(holder) === 1) holder.start();
    });
  }

  function release(name: string, holder: { tab: Process | undefined }): void {
    const queue = locks.get(name) ?? [];
    const index = queue.indexOf(holder as never);
    if (index < 0) return;
    queue.splice(index, 1);
    if (index === 0) queue[0]?.start();
  }

  function end(tab: Tab): void {
    tab.isDead = true;
    tab.endedMs = computer.clock();
    tabs.delete(tab);
    for (const channel of channels) if (channel.tab === tab) channels.delete(channel);
    indexedDb.end(tab);
    for (const [name, queue] of locks) for (const holder of queue.filter((each) => each.tab === tab)) release(name, holder);
  }

  function write(name: string, text: string | undefined): void {
    if (computer.current()?.isDead) return;
    young.push({ atMs: computer.now(), name, before: items.get(name) });
    if (text === undefined) items.delete(name);
    else items.set(name, text);
  }

  const localStorage = {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, text: string) => write(name, text),
    removeItem: (name: string) => write(name, undefined),
  };

  function openTab(name: string): Tab {
    const listeners = new Set<(event: 'hide' | 'freeze' | 'show') => void>();
    const page = { isVisible: true, isLeaving: false };
    const tell = (event: 'hide' | 'freeze' | 'show'): void => {
      for (const listener of [...listeners]) listener(event);
    };
    const lifecycle: Lifecycle = {
      isVisible: () => page.isVisible,
      isLeaving: () => page.isLeaving,
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };

    function send(channel: string, from: Bus | undefined, message: unknown): void {
      const copy = structuredClone(message);
      for (const other of channels) {
        if (other.name !== channel || other.end === from) continue;
        const times = random.chance(bus.drop) ? 0 : random.chance(bus.repeat) ? 2 : 1;
        for (let time = 0; time < times; time++)
          after(random.between(0.1, bus.delayMs), undefined, () => {
            if (other.tab.isFrozen && !bus.keepsForFrozen) return;
            after(0, other.tab, () => channels.has(other) && other.end.onMessage(copy));
          });
      }
    }

    const tab: Tab = {
      name,
      isDead: false,
      isFrozen: false,
      wasHidden: false,
      endedMs: undefined,
      parked: [],
      skewMs: 0,
      posts: 0,
      factory: undefined as unknown as IDBFactory,
      ports: {
        now: () => computer.clock() + tab.skewMs,
        randomId: () => Math.floor(random.next() * 2 ** 40).toString(36),
        delay: (work, ms) => after(ms, tab, work),
        openBus(channel) {
          const own: Bus = {
            onMessage() {},
            post(message) {
              if (tab.isDead) return;
              tab.posts++;
              send(channel, own, message);
            },
            close: () => channels.delete(entry),
          };
          const entry = { name: channel, end: own, tab };
          channels.add(entry);
          return own;
        },
        lock: (lock, work) => request(lock, work) as ReturnType<typeof work>,
        lifecycle,
        report: () => {},
      },
      forge(message) {
        for (const name of new Set(Array.from(channels, (channel) => channel.name))) send(name, undefined, message);
      },
      hide() {
        tab.wasHidden = true;
        page.isVisible = false;
        tell('hide');
      },
      show() {
        page.isVisible = true;
        page.isLeaving = false;
        computer.thaw(tab);
        after(0, tab, () => tell('show'));
      },
      freeze() {
        tab.hide();
        tell('freeze');
        // The turn in which it hears of it still ends.
        after(0, undefined, () => {
          tab.isFrozen = true;
          indexedDb.freeze(tab);
        });
      },
      cache() {
        page.isLeaving = true;
        tab.freeze();
      },
      leave() {
        page.isVisible = false;
        page.isLeaving = true;
        tell('hide');
        tell('freeze');
        end(tab);
      },
      crash: () => end(tab),
    };
    (tab as { factory: IDBFactory }).factory = indexedDb.factory(tab);
    tabs.add(tab);
    return tab;
  }

  return {
    disk,
    indexedDb,
    bus,
    openTab,
    kill() {
      for (const tab of tabs) end(tab);
      indexedDb.kill();
      const since = computer.now() - random.between(0, LOCAL_STORAGE_LAG_MS);
      for (const { name, before } of young.filter(({ atMs }) => atMs > since).reverse())
        if (before === undefined) items.delete(name);
        else items.set(name, before);
      young = [];
    },
    clearSite() {
      items.clear();
      young = [];
      indexedDb.clear();
    },
    install() {
      let writers = 0;
      const stand: Record<string, unknown> = {
        document: {},
        localStorage,
        navigator: { locks: { request } },
        IDBKeyRange: keyRange,
        crypto: { getRandomValues: (array: Uint32Array) => array.map((_, index) => (index === 0 ? ++writers : random.below(2 ** 32))) },
        setTimeout: (work: () => void, ms = 0) => after(ms, computer.current(), work),
        clearTimeout: (cancel?: () => void) => cancel?.(),
      };
      const before = Object.keys(stand).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
      for (const [name, value] of Object.entries(stand))
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
      const { now } = Date;
      Date.now = computer.clock;
      return () => {
        Date.now = now;
        for (const [name, descriptor] of before) {
          if (descriptor) Object.defineProperty(globalThis, name, descriptor);
          else Reflect.deleteProperty(globalThis, name);
        }
      };
    },
  };
}
