import { equal } from '../equal.ts';
import { isPlain } from '../inspect.ts';

/** Sorts before everything: the key of a field that holds an empty array. */
export const EMPTY: unique symbol = Symbol('empty');

// The order of classes (MongoDB's). 7 is left for ids that are objects, which we do not have.
const NULL = 1;
export const NUMBER = 2;
export const STRING = 3;
export const OBJECT = 4;
export const ARRAY = 5;
export const BINARY = 6;
export const BOOLEAN = 8;
export const DATE = 9;
export const REGEX = 10;
/** Blob, Map, Set and the like: equal or not, but in no order. */
export const OPAQUE = 11;

/** The class in which a value is compared. Missing is null, a bigint is a number. Objects of another realm count as ours. */
export function rankOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
    case 'bigint':
      return NUMBER;
    case 'boolean':
      return BOOLEAN;
    case 'symbol':
      return 0;
    case 'undefined':
      return NULL;
  }
  if (value === null) return NULL;
  if (Array.isArray(value)) return ARRAY;
  if (isPlain(value)) return OBJECT;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (tag === 'Date') return DATE;
  if (tag === 'RegExp') return REGEX;
  return ArrayBuffer.isView(value) || tag.endsWith('ArrayBuffer') ? BINARY : OPAQUE;
}

/**
 * The one order of all values, for sort, range, `$min`, `$max`, indexes and `distinct`: antisymmetric, transitive, 0 for equal
 * values only. NaN for two values that differ in opaque parts alone: not equal, and a tie where they are sorted.
 */
export function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  // Most values are numbers: this alone makes a sort by them twice as fast.
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference) return difference;
  switch (rank) {
    case NUMBER:
    case BOOLEAN:
      return compareNumbers(a as number, b as number);
    case STRING:
      return compareStrings(a as string, b as string);
    case DATE:
      return compareNumbers(+(a as Date), +(b as Date));
    case REGEX:
      return compareStrings((a as RegExp).source, (b as RegExp).source) || compareStrings((a as RegExp).flags, (b as RegExp).flags);
    case ARRAY:
      return compareArrays(a as unknown[], b as unknown[]);
    case OBJECT:
      return compareArrays(flat(a as Record<string, unknown>), flat(b as Record<string, unknown>));
    case BINARY: {
      const [first, second] = [bytesOf(a), bytesOf(b)];
      return first.length - second.length || compareArrays(first, second);
    }
    case OPAQUE:
      return equal(a, b) ? 0 : Number.NaN;
    default:
      return 0;
  }
}

// NaN comes before all numbers and equals itself. `<` compares a bigint with a number by value.
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

// By code point. `<` goes by UTF-16 units, in which the surrogates of astral characters come before U+E000–U+FFFF.
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const first = a.charCodeAt(at);
    const second = b.charCodeAt(at);
    if (first === second) continue;
    return first < 0xd800 || second < 0xd800 || first >= 0xe000 === second >= 0xe000 ? first - second : second - first;
  }
  return a.length - b.length;
}

function compareArrays(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  let tie = 0;
  for (let at = 0; at < a.length && at < b.length; at++) {
    const order = compare(a[at], b[at]);
    if (order) return order;
    tie += order;
  }
  return a.length - b.length || tie;
}

// Field by field as in MongoDB: class, then name, then value. Over sorted names, because their order does not count in equality.
function flat(object: Record<string, unknown>): unknown[] {
  return Object.keys(object)
    .sort()
    .flatMap((key) => [rankOf(object[key]), key, object[key]]);
}

/** What is in a buffer, or in the part of it that a view shows. */
export function bytesOf(value: unknown): Uint8Array {
  const { buffer, byteOffset, byteLength } = value as DataView;
  return new Uint8Array(buffer ?? value, byteOffset, byteLength);
}
