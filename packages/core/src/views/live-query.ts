import type { Observable } from '../observable.ts';
import { project } from '../query/fields.ts';
import { type Query, windowOf } from '../query/query.ts';
import { settlement } from '../settlement.ts';
import type { Identified } from './change.ts';
import { type Delta, deltasOf, type Shown } from './deltas.ts';
import { showAgain } from './difference.ts';
import { type LiveStatus, LOADING, READY, sameOr } from './maintained.ts';
import type { Rows } from './rows.ts';
import type { Origin } from './shelf.ts';

/** What a query finds now. The object and its `data` stay the same until something in them changes. */
export interface LiveResult<Doc> extends LiveStatus {
  /** While loading, and after an error: what was last known. */
  readonly data: readonly Doc[];
  /** How many match, inside and outside of `skip` and `limit`. */
  readonly total: number;
}

/** A result that is kept up to date from changes, never by running again. Equal queries are the same object as long as it is in use. */
export interface LiveQuery<Doc> extends Observable<LiveResult<Doc>> {
  /** Calls back after each change with the steps that lead from the data before to the data now. Returns the unsubscribe function. */
  onChanges(listener: (deltas: readonly Delta<Doc>[]) => void): () => void;
  /** Settles when the first result is there, or has ended in an error. Carries what React's `use` reads. */
  readonly ready: Promise<LiveQuery<Doc>>;
}

const NOTHING: LiveResult<never> = { ...LOADING, data: [], total: 0 };

/** @param documentsOf The documents of which data shows only a part. */
export function toLiveQuery<Doc>(
  result: Observable<LiveResult<Doc>>,
  documentsOf: (data: readonly Doc[]) => readonly Identified[],
): LiveQuery<Doc> {
  return withReady<LiveQuery<Doc>>({
    ...result,
    onChanges(listener) {
      const shown = (): Shown<Identified, Doc> => {
        const { data } = result.get();
        return { data, documents: documentsOf(data) };
      };
      let old = shown();
      return result.subscribe(() => {
        const next = shown();
        const deltas = deltasOf(old, next);
        old = next;
        if (deltas.length > 0) listener(deltas);
      });
    },
  });
}

/** Adds the promise of the first result, which is made when someone asks for it. */
export function withReady<Live extends Observable<LiveStatus> & { readonly ready: Promise<Live> }>(live: Omit<Live, 'ready'>): Live {
  let ready: Promise<Live> | undefined;
  const whole = {
    ...live,
    get ready() {
      ready ??= settled(whole);
      return ready;
    },
  } as Live;
  return whole;
}

function settled<Live extends Observable<LiveStatus>>(live: Live): Promise<Live> {
  const { promise, fulfil, reject } = settlement<Live>();
  function check(): void {
    const { status, error } = live.get();
    if (status === 'loading') return;
    stop();
    if (error) reject(error);
    else fulfil(live);
  }
  const stop = live.subscribe(check);
  check();
  return promise;
}

/** What a live query showed when it was last in use, in this page or before. */
export interface Remembered<Doc> {
  readonly documents: readonly Doc[];
  readonly total: number;
  /** Nothing has changed since: this is the result. */
  readonly isCurrent: boolean;
}

export interface Window<Doc> extends Origin<LiveResult<Doc>> {
  /** `undefined` before it is there. */
  shown(): Omit<Remembered<Doc>, 'isCurrent'> | undefined;
}

/**
 * The part of the rows that a query asks for, and of them what it asks for.
 * @param remembered What is shown until the documents are there.
 */
export function openWindow<Doc extends Identified>(
  query: Query<Doc>,
  rows: Rows<Doc>,
  touch: () => void,
  shows: (data: readonly Doc[], documents: readonly Doc[]) => void,
  remembered: () => Remembered<Doc> | undefined,
): Window<Doc> {
  const { start, end } = windowOf(query as Query<never>);
  const show = query.fields && (project(query.fields) as (document: Doc, before?: Doc) => Doc);
  let result: LiveResult<Doc> = NOTHING;
  let window: readonly Doc[] = [];
  let touched = 0;
  let known: Remembered<Doc> | undefined;

  function dataOf(next: readonly Doc[], known: number): readonly Doc[] {
    let { data } = result;
    if (show) {
      data = showAgain(window, data, next, show);
      shows(data, next);
    } else if (differs(data, next, known)) data = next;
    window = next;
    return data;
  }

  function isTouched(): boolean {
    const { status, error } = rows.status();
    if (status === 'loading' && known !== remembered()) return true;
    if (status !== result.status || error !== result.error) return true;
    return status === 'ready' && (touched < end || rows.all().length !== result.total);
  }

  const self: Window<Doc> = {
    initial: NOTHING,
    value() {
      rows.start();
      if (!isTouched()) return result;
      const status = rows.status();
      let { data, total } = result;
      if (status.status === 'ready') {
        data = dataOf(rows.all().slice(start, end), Math.max(0, touched - start));
        total = rows.all().length;
        touched = Number.POSITIVE_INFINITY;
      }
      known = status.status === 'loading' ? remembered() : undefined;
      if (known) result = sameOr(result, { data: dataOf(known.documents, 0), total: known.total, ...(known.isCurrent ? READY : LOADING) });
      else result = sameOr(result, { data, total, ...status });
      return result;
    },
    shown() {
      const { total } = self.value();
      return rows.status().status === 'ready' ? { documents: window, total } : undefined;
    },
    close: rows.listen((from) => {
      touched = Math.min(touched, from);
      if (isTouched()) touch();
    }),
  };
  return self;
}

function differs(old: readonly unknown[], next: readonly unknown[], known: number): boolean {
  if (old.length !== next.length) return true;
  for (let at = known; at < old.length; at++) if (old[at] !== next[at]) return true;
  return false;
}
