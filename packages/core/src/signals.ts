import { report } from './errors.ts';

/**
 * A value that knows who watches it. A change only marks what hangs on it; what is marked looks, when it is asked or its turn has
 * come, whether anything that it has read is another value now. So nobody sees half of a change, nothing is derived twice or for
 * nobody, and a value that goes away and comes back within a batch has not changed. What is not watched is known to nobody.
 */
export interface Signal<T> {
  value: T;
  /** Most have none. */
  watchers?: Set<Watcher>;
  /** Of a derived one: makes `value` current. */
  refresh?(): void;
  /** Of a derived one: the first watcher has come, or the last one has gone. */
  connect?(isWatched: boolean): void;
  /** Of a derived one: `value` is what was thrown. */
  hasFailed?: boolean;
}

interface Watcher {
  /** What it watches may be another value now. */
  isStale: boolean;
  /** Of a derived one: who hangs on it in turn. */
  readonly watchers?: ReadonlySet<Watcher>;
  /** Of one at the end: looks. */
  run?(): void;
}

/** What is read while something is derived, in order, and which value it had. Most often the same as the time before: then only the values are written. */
interface Reads {
  sources: Signal<unknown>[];
  readonly values: unknown[];
  count: number;
  /** The sources of the time before, once there is another one. */
  before?: readonly Signal<unknown>[] | undefined;
}

/** After so many in one round it is certain that subscribers chase each other in a circle. */
const MOST_RUNS = 1_000_000;

// The only state of a module that there is: what is being read lasts no longer than the call that reads.
let reads: Reads | undefined;
let depth = 0;
let queue: Watcher[] = [];
/** Counts all changes: without one, what is not watched need not look. */
let changes = 0;

export function signal<T>(value: T): Signal<T> {
  return { value };
}

export function read<T>(from: Signal<T>): T {
  from.refresh?.();
  if (reads) note(reads, from);
  if (from.hasFailed) throw from.value;
  return from.value;
}

function note(into: Reads, source: Signal<unknown>): void {
  const index = into.count++;
  into.values[index] = source.value;
  if (into.sources[index] === source) return;
  into.before ??= [...into.sources];
  into.sources[index] = source;
}

/** The same value again tells no one. */
export function write<T>(to: Signal<T>, value: T): void {
  if (Object.is(to.value, value)) return;
  to.value = value;
  changes++;
  if (to.watchers) mark(to.watchers);
  if (depth === 0) tell();
}

/** Groups changes: subscribers are told once, at the end of the outermost batch. Returns what `work` returns. */
export function batch<T>(work: () => T): T {
  depth++;
  try {
    return work();
  } finally {
    leave();
  }
}

function leave(): void {
  if (--depth === 0) tell();
}

function mark(watchers: Iterable<Watcher>): void {
  for (const watcher of watchers) {
    if (watcher.isStale) continue;
    watcher.isStale = true;
    if (watcher.watchers) mark(watcher.watchers);
    else queue.push(watcher);
  }
}

/** What they change in turn is told in the same round, after those that wait already. */
function tell(): void {
  if (queue.length === 0) return;
  const outer = reads;
  reads = undefined;
  depth++;
  for (let index = 0; index < queue.length; index++) {
    const watcher = queue[index] as Watcher;
    try {
      if (index === MOST_RUNS) throw new RangeError('Subscribers change for ever what others of them watch');
      if (watcher.isStale) watcher.run?.();
    } catch (error) {
      // One that throws must not keep the others from hearing.
      report(error);
    }
    if (index === MOST_RUNS) break;
  }
  queue = [];
  depth--;
  reads = outer;
}

/** Runs `work`; what it reads is no reason to run anything again. */
export function untracked<T>(work: () => T): T {
  const outer = reads;
  reads = undefined;
  try {
    return work();
  } finally {
    reads = outer;
  }
}

function add(to: Signal<unknown>, watcher: Watcher): void {
  to.watchers ??= new Set();
  if (to.watchers.size === 0) to.connect?.(true);
  to.watchers.add(watcher);
}

function remove(from: Signal<unknown>, watcher: Watcher): void {
  if (from.watchers?.delete(watcher) && from.watchers.size === 0) from.connect?.(false);
}

/** A value that is derived when it is read, again only when something that it has read is another value. */
export function derived<T>(derive: () => T): Signal<T> {
  const last: Reads = { sources: [], values: [], count: -1 };
  const watchers = new Set<Watcher>();
  let lookedAt = -1;

  function isCurrent(): boolean {
    for (let index = 0; index < last.count; index++) {
      const source = last.sources[index] as Signal<unknown>;
      source.refresh?.();
      if (!Object.is(source.value, last.values[index])) return false;
    }
    return last.count >= 0;
  }

  function deriveAgain(): void {
    const outer = reads;
    reads = last;
    last.count = 0;
    self.hasFailed = false;
    try {
      self.value = derive();
    } catch (error) {
      self.hasFailed = true;
      self.value = error as T;
    }
    reads = outer;
    const { sources, count } = last;
    if (count < sources.length) {
      last.before ??= [...sources];
      sources.length = last.values.length = count;
    }
  }

  function followSources(): void {
    if (!last.before) return;
    const kept = new Set(last.sources);
    for (const source of kept) add(source, self);
    for (const source of last.before) if (!kept.has(source)) remove(source, self);
  }

  const self: Signal<T> & Watcher = {
    value: undefined as T,
    hasFailed: false,
    isStale: false,
    watchers,
    refresh() {
      const isWatched = watchers.size > 0;
      if (lookedAt === changes || (isWatched && !self.isStale)) return;
      lookedAt = changes;
      self.isStale = false;
      if (isCurrent()) return;
      // What it changes is told when it is done.
      depth++;
      deriveAgain();
      if (isWatched) followSources();
      last.before = undefined;
      // Also what it has changed itself, after it had read it.
      if (isWatched && lookedAt !== changes) mark([self]);
      leave();
    },
    connect(isWatched) {
      // Nobody has marked it while nobody watched.
      self.isStale = lookedAt !== changes;
      for (const source of last.sources) (isWatched ? add : remove)(source, self);
    },
  };
  return self;
}

/** Calls `listener` after each change, never immediately. Returns the function that ends it. */
export function subscribe(to: Signal<unknown>, listener: () => void): () => void {
  let told: unknown;
  const watcher: Watcher = {
    isStale: false,
    run() {
      watcher.isStale = false;
      const value = read(to);
      if (Object.is(value, told)) return;
      told = value;
      listener();
    },
  };
  function stop(): void {
    remove(to, watcher);
    watcher.isStale = false;
  }
  add(to, watcher);
  try {
    told = untracked(() => read(to));
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
