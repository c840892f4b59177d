import type { Aggregate, Aggregation } from '../views/aggregate.ts';
import { type LiveAggregate, liveAggregate } from '../views/live-aggregate.ts';
import type { Views } from '../views/views.ts';
import { type Collection, type Document, VIEWS } from './collection.ts';

/**
 * Counts, sums and extremes of a collection, together or by group, kept up to date: `aggregate(notes, { by: 'tags' })`. The same
 * object for equal ones while it is in use. Nothing is loaded before it is read or watched.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function aggregate<Doc, const Spec extends Aggregation<Document<Doc>>>(
  collection: Collection<Doc>,
  spec: Spec,
): LiveAggregate<Aggregate<Document<Doc>, Spec>> {
  return liveAggregate(collection[VIEWS] as Views<Document<Doc>>, spec);
}
