import { equal } from '../equal.ts';
import { SAVED, type SaveResult, StoreError, storageError, updaterError } from '../errors.ts';
import { expiry } from '../expiry.ts';
import type { Home } from '../home/home.ts';
import { statusSource } from '../home/status.ts';
import { batch, source } from '../observable.ts';
import { validate } from '../schema.ts';
import { settlement } from '../settlement.ts';
import { freshUpdates } from './fresh-updates.ts';
import type { Key } from './key.ts';
import { outgoing } from './outgoing.ts';
import { overtaking } from './overtaking.ts';
import { type Persisted, type PersistedCell, withReady } from './persisted.ts';
import { readEntry } from './reading.ts';
import { orSeed } from './seed.ts';

const RESET = Symbol('reset');
type Change<T> = typeof RESET | ((previous: T) => T);

/**
 * A persisted value. The way of the data: a change is shown at once (`accept`) and marks what is outgoing; the writer of the
 * driver takes that at the end of the turn (`begin`) and says how the transaction went. The other way: what storage holds
 * arrives by the first read or a later one (`settle`) and is shown, unless a change of ours is still to be written.
 */
export function persist<T>(name: string, path: string, key: Key<T>, home: Home): PersistedCell<T> {
  const { ports, driver, format } = home;
  const value = source(key.initial);
  const status = statusSource(driver.limits?.keeps ?? 'durable');
  const ready = settlement<Persisted<T>>();
  // What storage does not have yet ends all the same.
  const expires = expiry(ports, () => (out.isBusy() || out.isUnsaved() ? void apply(RESET) : settle(undefined)));
  const out = outgoing({
    name,
    path,
    key,
    home,
    status,
    shown: value.get,
    expires: expires.at,
    written: () => isStale && self.reread(),
  });
  const others = overtaking({ path, key, home, out, settle });
  let isClosed = false;
  /** Of the first read. Only when it has settled there may be writes, and while one is under way there is no other. */
  let phase: 'before' | 'reading' | 'read' | 'failed' = 'before';
  const hasRead = (): boolean => phase === 'read';
  /** Changes made before that, to be replayed on what the read finds. */
  let early: Change<T>[] = [];
  /** They lead to the same value whatever is stored. */
  let isKnown = false;
  /** Someone else has written while a write of ours was under way: which of the two came last only storage knows. */
  let isStale = false;
  let lastChange = 0;
  /** The version of the entry that is shown, where it was read and nothing was changed since: reading it again says nothing new. */
  let lastRead: string | undefined;

  function start(isAgain = false): void {
    if (isClosed || phase === 'reading' || (phase !== 'before' && !isAgain)) return;
    phase = 'reading';
    void home.start();
    try {
      // Without waiting where the driver can: the first render has the stored value.
      if (driver.getSync) settle(others.look(), undefined, key.options.seed);
      else others.load().then(({ entry }) => settle(entry?.value, entry?.version, key.options.seed), unreachable);
    } catch (error) {
      unreachable(error);
    }
  }

  /** What is shown while storage holds nothing: the default, or the seed. */
  function absent(): T {
    return hasRead() && !out.isStored() ? value.get() : key.initial;
  }

  /** Takes over what storage holds, with the early changes on top. */
  function settle(raw: unknown, version?: string, seed?: typeof key.options.seed): void {
    if (isClosed) return;
    lastRead = version;
    const reading = orSeed(readEntry(raw, key, format, ports.now()), seed, key, path, ports.now());
    const error = 'error' in reading ? reading.error : undefined;
    const next = 'value' in reading && reading.value !== undefined ? reading.value : absent();
    const [before, replay] = [value.get(), early.splice(0)];
    phase = 'read';
    let outcome: SaveResult | undefined;
    batch(() => {
      out.found(raw !== undefined, reading.state === 'error' ? raw : undefined);
      if (!equal(value.get(), next)) value.set(next);
      status.mark({ state: reading.state === 'absent' ? 'ready' : reading.state, persistent: !error, pending: false, error });
      expires.at('expiresAtMs' in reading ? reading.expiresAtMs : undefined);
      for (const change of replay) outcome = accept(change);
      if (equal(before, value.get())) value.set(before);
    });
    if (error) home.onError(error, name);
    if (reading.state === 'error') ready.reject(error);
    else ready.fulfil(self);
    if (out.isDirty()) return;
    out.save.settle(outcome ?? (error ? { saved: false, error } : SAVED));
    if (reading.state === 'ready' && reading.migrated) void self.update((migrated) => migrated);
  }

  /** Storage cannot be read. Where it is denied the value lives in memory; else the read is tried again, and nothing is written before. */
  function unreachable(reason: unknown): void {
    if (isClosed) return;
    const error = storageError(reason, `read "${name}"`);
    phase = error.code === 'DENIED' ? 'read' : 'failed';
    if (early.length > 0) out.refuse();
    status.mark({ state: hasRead() ? 'ready' : 'error', capability: 'memory', persistent: false, pending: false, error });
    out.save.settle({ saved: false, error });
    home.onError(error, name);
    if (hasRead()) {
      early = [];
      ready.fulfil(self);
    } else {
      ready.reject(error);
      home.retryLater(self);
    }
  }

  function apply(change: Change<T>, isAbsolute?: boolean): Promise<SaveResult> {
    const outcome = accept(change, isAbsolute) ?? SAVED;
    return (outcome.saved && out.save.current()) || Promise.resolve(outcome);
  }

  /** Shows the change and plans its write. Gives the result where that is known at once: it is refused, or nothing has changed. */
  function accept(change: Change<T>, isAbsolute = change === RESET): SaveResult | undefined {
    start();
    let next = key.initial;
    try {
      if (isClosed) throw new StoreError('CLOSED', `Cannot change "${name}": its store is closed`);
      if (change !== RESET) {
        next = change(value.get());
        // Absent is `undefined`: setting it is removing.
        if (next === undefined) return accept(RESET);
        next = validate(key, next);
      }
    } catch (cause) {
      return home.refuse(updaterError(cause, `change "${name}"`), name);
    }
    const { state, error, pending } = status.get();
    const [isPresent, isSame] = [change !== RESET, equal(value.get(), next)];
    lastChange = home.tick();
    lastRead = undefined;
    if (error && (state === 'read-only' || error.code === 'DENIED')) {
      out.refuse(isPresent);
      if (!isSame) value.set(next);
      status.mark({ persistent: false });
      return { saved: false, error };
    }
    if (isSame && hasRead() && out.isClean() && out.isStored() === isPresent) return SAVED;
    out.change(isPresent, hasRead());
    batch(() => {
      if (!isSame) value.set(next);
      if (!pending) status.mark({ pending: true, persistent: false });
    });
    if (hasRead()) home.writer.add(self);
    else {
      early.push(change);
      isKnown ||= isAbsolute;
      // The page may end before the first read has settled.
      if (isKnown) home.notes?.noteAtTurnEnd(() => (hasRead() ? [] : out.known()));
    }
    return undefined;
  }

  function flushSets(): Promise<SaveResult> {
    if (early.length > 0) ready.promise.then(home.writer.flush, () => {});
    return out.flush();
  }

  const updates = freshUpdates(key, path, home, {
    whenRead: () => self.ready.catch(() => {}).then(() => hasRead() && !status.get().error),
    flush: flushSets,
    set: apply,
    adopt: (raw, clock) => self.refresh(raw, clock),
    absent,
  });

  const self: PersistedCell<T> = withReady<PersistedCell<T>>({
    name,
    path,
    declared: key,
    home,
    delayMs: key.options.delayMs ?? 0,
    status,
    whenReady() {
      start();
      return ready.promise;
    },
    get() {
      if (phase === 'before') start();
      return value.get();
    },
    initial: () => key.initial,
    subscribe(listener) {
      start();
      return value.subscribe(listener);
    },
    set: (next) => (typeof next === 'function' ? apply(next as (previous: T) => T) : apply(() => next, true)),
    reset: () => apply(RESET),
    update: updates.update,
    async flush() {
      const written = flushSets();
      return (await updates.running()?.then(flushSets)) ?? written;
    },
    retry() {
      const { state, error } = status.get();
      if (state === 'error' || error?.code === 'DENIED') {
        // What is shown and not stored is a change like any early one.
        const shown = value.get();
        if (out.isUnsaved() && early.length === 0) early = [() => shown];
        if (early.length > 0) void out.save.next();
        start(true);
      } else if (out.isUnsaved()) {
        out.change(out.isStored(), true);
        home.writer.add(self);
      }
      return self.flush();
    },
    begin: others.begin,
    isBusy: out.isBusy,
    abandon: () => void (phase !== 'before' && apply(RESET)),
    refresh(raw, clock, version) {
      // What waits to be written comes later in the order of storage, and wins.
      if (!hasRead() || out.isDirty()) return;
      // A write under way, or one made since, may stand before or after what was read: only another read tells.
      if (out.isBusy() || lastChange > clock) void self.reread();
      else settle(raw, version);
    },
    async reread(change) {
      if (change) others.told();
      isStale = out.isBusy();
      if (phase === 'failed') start(true);
      if (isStale || !hasRead()) return;
      try {
        const { entry, clock } = await others.load();
        if (entry?.version === undefined || entry.version !== lastRead) self.refresh(entry?.value, clock, entry?.version);
      } catch {
        home.retryLater(self);
      }
    },
    close() {
      isClosed = true;
      expires.at(undefined);
      if (!out.save.current()) return;
      out.save.settle({ saved: false, error: new StoreError('CLOSED', `Cannot save "${name}": its store is closed`) });
    },
  });
  return self;
}
