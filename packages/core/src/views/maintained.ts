import type { StoreError } from '../errors.ts';
import { batch } from '../observable.ts';
import type { Ports } from '../ports.ts';
import type { Change } from './change.ts';
import { AT_ONCE, runInSlices, SLICE_MS, type Steps } from './steps.ts';

export interface LiveStatus {
  /** `loading` until the documents are there and were looked through once; `error`: they could not be read, or some have no order. */
  readonly status: 'loading' | 'ready' | 'error';
  /** Why there is no result. */
  readonly error?: StoreError;
}

export const LOADING: LiveStatus = { status: 'loading' };
export const READY: LiveStatus = { status: 'ready' };

/** The result before, where nothing in the next one differs. */
export function sameOr<Result extends LiveStatus>(before: Result, next: Result): Result {
  return Object.entries(next).every(([name, value]) => before[name as keyof Result] === value) ? before : next;
}

/** What everything that is maintained needs to know. */
export interface Environment<Doc> {
  readonly ports: Pick<Ports, 'now' | 'delay' | 'pause'>;
  /** How many documents there are. */
  size(): number;
  /** Whether they are there. */
  collection(): LiveStatus;
  /** All that is to be told of changes, each from its beginning to its end. */
  readonly maintained: Set<Maintained<Doc>>;
}

/** Something that is found out once, from all documents, and then kept so by what changes. */
export interface Derivation<Doc> {
  /** Looks at the documents of this moment, whatever changes between its steps. */
  evaluate(): Steps<void>;
  /** Returns the first position that differs, infinity where none does. @throws {StoreError} */
  apply(changes: readonly Change<Doc>[]): number;
}

export interface Maintained<Doc> {
  status(): LiveStatus;
  /** Evaluates, unless that has begun or the documents are not there yet. */
  start(): void;
  apply(changes: readonly Change<Doc>[]): void;
  /** The documents have come, or cannot come. */
  wake(): void;
  stop(): void;
}

/** @param told Something differs from this position on, or the status does. Not called by what calls `start`. */
export function maintain<Doc>(
  { evaluate, apply }: Derivation<Doc>,
  { ports, size, collection, maintained }: Environment<Doc>,
  told: (from: number) => void,
): Maintained<Doc> {
  let own: LiveStatus | undefined;
  let waiting: (readonly Change<Doc>[])[] = [];
  let stop = (): void => {};

  function update(changes: readonly Change<Doc>[]): number {
    try {
      return apply(changes);
    } catch (error) {
      own = { status: 'error', error: error as StoreError };
      return 0;
    }
  }

  function start(): void {
    if (own || collection().status !== 'ready') return;
    own = LOADING;
    let isStarting = true;
    stop = runInSlices(evaluate(), size() > AT_ONCE ? SLICE_MS : Number.POSITIVE_INFINITY, ports, (error) => {
      own = error ? { status: 'error', error: error as StoreError } : READY;
      const missed = waiting;
      waiting = [];
      for (const changes of missed) if (own === READY) update(changes);
      // What had no order may be gone meanwhile.
      if (own !== READY && missed.length > 0) own = undefined;
      // Who starts it is computing a signal, and looks at what comes of it.
      if (!isStarting) batch(wake);
    });
    isStarting = false;
  }

  function wake(): void {
    start();
    told(0);
  }

  const self: Maintained<Doc> = {
    status: () => (collection().status === 'ready' ? (own ?? LOADING) : collection()),
    start,
    apply(changes) {
      if (own === LOADING) waiting.push(changes);
      else if (own === READY) {
        const from = update(changes);
        if (from < Number.POSITIVE_INFINITY) told(from);
      } else if (own && changes.some(({ before }) => before)) {
        // What had no order may be gone.
        own = undefined;
        wake();
      }
    },
    wake,
    stop() {
      stop();
      maintained.delete(self);
    },
  };
  maintained.add(self);
  return self;
}
