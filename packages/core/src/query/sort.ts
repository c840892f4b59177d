import { isPlain } from '../inspect.ts';
import type { QueryPath } from './document-path.ts';
import { compare, EMPTY } from './order.ts';
import { isIndex, own } from './reach.ts';
import { refuse } from './refuse.ts';

/** Paths in the order in which they count: 1 ascending, −1 descending. */
export type Sort<Doc> = { readonly [Path in QueryPath<Doc>]?: 1 | -1 };

type Order<Doc> = (a: Doc, b: Doc) => number;

/**
 * Makes the order of documents. It ends in `_id`, ascending, so that it is total. An array counts as its smallest element, or
 * its largest where the direction is −1; two arrays beside each other have no order and are refused when they are met.
 * @param collation A locale (BCP 47) in whose order texts are sorted. @default by code point
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function compileSort<Doc extends object>(sort: Sort<Doc> = {}, collation?: string): Order<Doc> {
  const order = compileOrder(sort, collation);
  return (a, b) => order(a, b) || compare(own(a, '_id'), own(b, '_id'));
}

/** A document, and what was read of it. */
export interface Keyed<Doc> {
  readonly document: Doc;
  readonly keys: readonly unknown[];
}

/** The order of `compileSort` for documents that are read once: where many are sorted, reading them takes most of the time. */
export interface KeyedSort<Doc> {
  readonly read: (document: Doc) => Keyed<Doc>;
  readonly order: Order<Keyed<Doc>>;
}

/** @throws {StoreError} `INVALID_ARGUMENT` */
export function compileKeyedSort<Doc extends object>(sort: Sort<Doc> = {}, collation?: string): KeyedSort<Doc> {
  const { keyOf, byKeys } = compileKeys(sort, collation);
  const indexes = Object.keys(sort).map((_, index) => index);
  return {
    read: (document) => ({ document, keys: indexes.map((index) => keyOf(document, index)) }),
    order: (a, b) => byKeys(a.keys, b.keys) || compare(own(a.document, '_id'), own(b.document, '_id')),
  };
}

/** The same without `_id`: what is equal in all paths is a tie. */
export function compileOrder(sort: object, collation?: string): Order<object> {
  return compileKeys(sort, collation).byDocuments;
}

interface Keys {
  keyOf(document: object, index: number): unknown;
  readonly byDocuments: Order<object>;
  readonly byKeys: Order<readonly unknown[]>;
}

function compileKeys(sort: object, collation?: string): Keys {
  const entries = Object.entries(sort);
  for (const [path, direction] of entries) if (direction !== 1 && direction !== -1) refuse('sort', path, 'a direction is 1 or -1');
  const paths = entries.map(([path]) => path.split('.'));
  const order = collation === undefined ? compare : collated(collation);

  function by<T>(keyOf: (from: T, index: number) => unknown): Order<T> {
    return (a, b) => {
      for (let index = 0; index < entries.length; index++) {
        const result = entries[index]?.[1] * order(keyOf(a, index), keyOf(b, index));
        if (result) return result;
      }
      return 0;
    };
  }

  const byKeys = by((keys: readonly unknown[], index) => keys[index]);
  // Documents never change, so what was found in their arrays is found once.
  const known = new WeakMap<object, readonly unknown[]>();

  function keyOf(document: object, index: number): unknown {
    const steps = paths[index] as string[];
    let value = own(document, steps[0] as string);
    for (let at = 1; at < steps.length && !Array.isArray(value); at++) value = isPlain(value) ? own(value, steps[at] as string) : undefined;
    if (!Array.isArray(value)) return value;
    const keys = known.get(document) ?? offers(paths.map((steps) => ({ steps, value: document, at: 0 }))).sort(byKeys)[0] ?? [];
    known.set(document, keys);
    return keys[index];
  }

  return { keyOf, byDocuments: by(keyOf), byKeys };
}

function collated(locale: string): (a: unknown, b: unknown) => number {
  const collator = new Intl.Collator(locale);
  return (a, b) => (typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : compare(a, b));
}

/** How far a path has been followed. `at` is infinite when what was found stands for itself, also where it is an array. */
interface Cursor {
  readonly steps: readonly string[];
  readonly value: unknown;
  readonly at: number;
}

const DONE = Number.POSITIVE_INFINITY;

/** All combinations of keys that a document offers: what two paths find in one array comes from the same element. */
function offers(before: readonly Cursor[]): (readonly unknown[])[] {
  const cursors = before.map(advance);
  const open = cursors.filter(({ at }) => at !== DONE);
  const [first] = open;
  if (!first) return [cursors.map(({ value }) => value)];
  if (open.some((other) => placeOf(other) !== placeOf(first)))
    refuse('sort', open.map(({ steps }) => steps.join('.')).join(', '), 'a document has arrays in both');
  const elements = (first.value as unknown[]).filter((element) => isPlain(element) || open.some(isAtEnd));
  return (elements.length > 0 ? elements : [EMPTY]).flatMap((element) => offers(cursors.map((cursor) => enter(cursor, element))));
}

/** Goes on to the end, or to an array whose elements are offers. */
function advance({ steps, value, at }: Cursor): Cursor {
  let found = value;
  let next = at;
  let isExact = false;
  for (; next < steps.length; next++) {
    const step = steps[next] as string;
    isExact = Array.isArray(found);
    // A number means the index alone here.
    if (isExact && !isIndex(step)) return { steps, value: found, at: next };
    found = isExact || isPlain(found) ? own(found as object, step) : undefined;
  }
  return { steps, value: found, at: isExact || !Array.isArray(found) ? DONE : next };
}

function enter(cursor: Cursor, element: unknown): Cursor {
  const { steps, at } = cursor;
  if (at === DONE) return cursor;
  if (isAtEnd(cursor)) return { steps, value: element, at: DONE };
  return { steps, value: isPlain(element) ? own(element, steps[at] as string) : undefined, at: at + 1 };
}

function isAtEnd({ steps, at }: Cursor): boolean {
  return at === steps.length;
}

function placeOf({ steps, at }: Cursor): string {
  return steps.slice(0, at).join('.');
}
