import * as fc from 'fast-check';
import type { Query } from '../../src/query/query.ts';
import type { LiveResult } from '../../src/views/live-query.ts';
import { type Doc, document, filter, sort, value } from '../query/documents.ts';
import { matches, orderOfDocuments } from '../query/oracle.ts';

export type Spec = Omit<Query<Doc>, 'sort' | 'where'> & { where: object; sort: Record<string, 1 | -1> };

// A path and the beginning of it are left to examples: which element of a mixed array counts is settled there.
const apart = sort.filter((spec) => {
  const [a, b] = Object.keys(spec);
  return a === undefined || b === undefined || !(`${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`));
});

/** What an index may answer. */
const bounded: fc.Arbitrary<object> = fc.dictionary(
  fc.constantFrom('a', 'b', 'a.a', 'a.0', '0'),
  fc.oneof(
    value,
    fc.dictionary(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq'), value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
    fc.dictionary(fc.constantFrom('$in', '$all'), fc.array(value, { maxLength: 3 }), { minKeys: 1, maxKeys: 1, noNullPrototype: true }),
    fc.record({ $gt: fc.constantFrom(-4, 0, 1), $lt: fc.constantFrom(0, 1, 2) }),
    fc.record({ $startsWith: fc.constantFrom('', 'a', 'A') }),
    fc.record({ $type: fc.constantFrom('number', 'string', 'array') }),
  ),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
);

export const query: fc.Arbitrary<Spec> = fc.record(
  { where: fc.oneof(fc.constant({}), filter, bounded), sort: apart, skip: fc.nat(3), limit: fc.nat(4), after: document },
  { requiredKeys: ['where', 'sort'] },
);

/** What a query finds, slowly; `undefined` where some documents have no order. */
export function ask(
  documents: Iterable<Doc>,
  { where, sort, skip = 0, limit = 0, after }: Spec,
): Pick<LiveResult<Doc>, 'data' | 'total'> | undefined {
  const matched = [...documents].filter((each) => matches(each, where));
  const all = after ? [...matched, after as Doc] : matched;
  if (matched.some((a) => all.some((b) => orderOfDocuments(a, b, sort) === undefined))) return undefined;
  const found = after ? matched.filter((each) => (orderOfDocuments(each, after as Doc, sort) as number) > 0) : matched;
  found.sort((a, b) => orderOfDocuments(a, b, sort) as number);
  return { data: found.slice(skip, limit ? skip + limit : undefined), total: found.length };
}
