import type { Observable } from '../observable.ts';
import { type Derivation, type LiveStatus, LOADING, type Maintained, sameOr } from './maintained.ts';
import type { Origin } from './shelf.ts';

/** What totals are now. The object and its `data` stay the same until something in them changes. */
export interface AggregateResult<Data> extends LiveStatus {
  /** Zeros while loading; after an error what was last known. */
  readonly data: Data;
}

/** Totals that are kept up to date. Equal ones are the same object as long as it is in use. */
export interface LiveAggregate<Data> extends Observable<AggregateResult<Data>> {
  /** Settles when the first result is there, or has ended in an error. Carries what React's `use` reads. */
  readonly ready: Promise<LiveAggregate<Data>>;
}

export function openAggregate<Doc>(
  totals: Derivation<Doc> & { result(): unknown },
  maintained: Maintained<Doc>,
): Origin<AggregateResult<unknown>> {
  const initial: AggregateResult<unknown> = { ...LOADING, data: totals.result() };
  let result = initial;
  return {
    initial,
    value() {
      maintained.start();
      const status = maintained.status();
      const data = status.status === 'ready' ? totals.result() : result.data;
      result = sameOr(result, { data, ...status });
      return result;
    },
    close: maintained.stop,
  };
}
