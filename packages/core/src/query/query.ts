import { isPlain } from '../inspect.ts';
import type { Where } from './conditions.ts';
import type { Fields } from './fields.ts';
import { BINARY, bytesOf, DATE, OPAQUE, REGEX, rankOf } from './order.ts';
import { own } from './reach.ts';
import { refuse, refuseUndefined } from './refuse.ts';
import type { Sort } from './sort.ts';

/** Which documents, in which order, which of them, and what of them. Plain data: equal queries are the same query. */
export interface Query<Doc> {
  /** @default all */
  readonly where?: Where<Doc>;
  /** Ends in `_id`. @default by `_id` alone */
  readonly sort?: Sort<Doc>;
  /** A locale (BCP 47) in whose order texts are sorted. @default by code point */
  readonly collation?: string;
  /** Only what comes behind this document, which need not be there: of it `_id` and the fields that are sorted by. @default from the first */
  readonly after?: Partial<Doc>;
  /** Leaves out the first of them. @default 0 */
  readonly skip?: number;
  /** At most so many; 0 is no limit, as in MongoDB. @default 0 */
  readonly limit?: number;
  /** @default all */
  readonly fields?: Fields<Doc>;
}

/** The part of the sorted documents that a query asks for, as `slice` takes it. @throws {StoreError} `INVALID_ARGUMENT` */
export function windowOf({ skip = 0, limit = 0 }: Query<never>): { readonly start: number; readonly end: number } {
  for (const [name, value] of Object.entries({ skip, limit }))
    if (!Number.isInteger(value) || value < 0) refuse('query', name, 'it is a whole number from 0');
  return { start: skip, end: limit ? skip + limit : Number.POSITIVE_INFINITY };
}

/** Of the document behind which a query begins, what counts. @throws {StoreError} `INVALID_ARGUMENT` */
export function cursorOf<Doc>(query: Query<Doc>): Partial<Doc> | undefined {
  // Not by default: who has no next page must not begin again.
  if (!('after' in query)) return undefined;
  const { after, sort = {} } = query;
  if (!isPlain(after) || typeof own(after, '_id') !== 'string')
    refuse('query', 'after', 'it is a document, at least its _id and what is sorted by');
  const names = ['_id', ...Object.keys(sort).map((path) => path.split('.')[0] as string)];
  return Object.fromEntries(Object.entries(after).filter(([name]) => names.includes(name))) as Partial<Doc>;
}

/**
 * One text for all queries that ask the same: the order of keys counts in `sort` alone. Different queries have different texts,
 * down to Dates, RegExps and bigints.
 * @throws {StoreError} `INVALID_ARGUMENT`: an unknown option, `undefined` in a filter, what has no text (a Blob, a Map)
 */
export function canonicalQuery(query: Query<never>): string {
  if ('where' in query) refuseUndefined(query.where, 'where');
  const { where = {}, sort = {}, fields = {}, collation = '', after: _, skip: __, limit: ___, ...others } = query;
  for (const name of Object.keys(others)) refuse('query', name, 'there is no such option');
  const { start, end } = windowOf(query);
  const flags = Object.entries(fields).map(([path, flag]) => [path, Number(flag)]);
  const data = { where, sort: Object.entries(sort), fields: Object.fromEntries(flags), collation, after: cursorOf(query) ?? null };
  return `${Object.entries(data).map(([name, value]) => textOf(value, name))},${start},${end}`;
}

function textOf(value: unknown, at: string): string {
  if (Array.isArray(value)) return `[${value.map((element, index) => textOf(element, `${at}.${index}`))}]`;
  if (isPlain(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${textOf(value[name], `${at}.${name}`)}`)}}`;
  }
  switch (rankOf(value)) {
    case DATE:
      return `@${+(value as Date)}`;
    case REGEX:
      return `/${JSON.stringify((value as RegExp).source)}${(value as RegExp).flags}`;
    case BINARY:
      return `#[${bytesOf(value)}]`;
    case OPAQUE:
      return refuse('query', at, 'a query holds plain data only');
  }
  return typeof value === 'string' ? JSON.stringify(value) : `${value}${typeof value === 'bigint' ? 'n' : ''}`;
}
