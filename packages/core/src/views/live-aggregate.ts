import { canonicalQuery, type Query } from '../query/query.ts';
import { type Aggregate, type Aggregation, aggregation } from './aggregate.ts';
import type { Identified } from './change.ts';
import { type LiveStatus, LOADING, sameOr } from './maintained.ts';
import type { Derived, Live, Views } from './views.ts';

/** What totals are now. The object and its `data` stay the same until something in them changes. */
export interface AggregateResult<Data> extends LiveStatus {
  /** Zeros while loading; after an error what was last known. */
  readonly data: Data;
}

/** Totals that are kept up to date. Equal ones are the same object as long as it is in use. */
export type LiveAggregate<Data> = Live<AggregateResult<Data>>;

/** @throws {StoreError} `INVALID_ARGUMENT` */
export function liveAggregate<Doc extends Identified, const Spec extends Aggregation<Doc>>(
  { derive }: Pick<Views<Doc>, 'derive'>,
  spec: Spec,
): LiveAggregate<Aggregate<Doc, Spec>> {
  const { where: _, ...paths } = spec;
  const query = 'where' in spec ? { where: spec.where } : {};
  const name = canonicalQuery(query as Query<never>) + JSON.stringify(Object.entries(paths).sort());
  return derive(name, (from) => open(spec, from)) as LiveAggregate<Aggregate<Doc, Spec>>;
}

function open<Doc extends Identified>(spec: Aggregation<Doc>, { plan, maintain }: Derived<Doc>) {
  const { where = {} } = spec;
  const totals = aggregation(spec, () => plan(where));
  const maintained = maintain(totals);
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
