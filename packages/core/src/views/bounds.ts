import { isPlain } from '../inspect.ts';
import { compare, REGEX, rankOf, STRING } from '../query/order.ts';
import { hasOperators } from '../query/value-tests.ts';

/** Where a value lies: below what is asked for (negative), in it (0), above (positive). Goes only up along the order of values. */
export type Place = (value: unknown) => number;

/** What a filter demands of a value at a path, or of one of its elements: that it is one of these, or lies here. */
export type Bound = { readonly points: readonly unknown[] } | { readonly place: Place };

export function placeAt(point: unknown): Place {
  return (value) => compare(value, point);
}

/**
 * By path what every document that matches has there. Where a path has several, each may be met by another element of an array.
 * Only a part of what the filter says: what negates, what a pattern or `$or` says, has no bounds.
 */
export function boundsOf(where: object, bounds: Map<string, Bound[]> = new Map()): ReadonlyMap<string, readonly Bound[]> {
  for (const [path, condition] of Object.entries(where)) {
    if (path === '$and') for (const part of condition) boundsOf(part, bounds);
    if (path.startsWith('$')) continue;
    const found = bounds.get(path) ?? [];
    bounds.set(path, found);
    const operators = hasOperators(condition) ? condition : { $eq: condition };
    for (const [name, operand] of Object.entries(operators)) {
      const bound = Object.hasOwn(BOUNDS, name) && BOUNDS[name]?.(operand, operators);
      if (bound) found.push(bound);
    }
  }
  return bounds;
}

const BOUNDS: Readonly<Record<string, (operand: unknown, siblings: Record<string, unknown>) => Bound | undefined>> = {
  $eq: (operand) => oneOf([operand]),
  $in: (operand) => oneOf(operand as unknown[]),
  // Of all members the first will do.
  $all: (operand) => oneOf((operand as unknown[]).slice(0, 1)),
  $gt: (operand) => within(operand, (order) => (order > 0 ? 0 : -1)),
  $gte: (operand) => within(operand, (order) => (order < 0 ? -1 : 0)),
  $lt: (operand) => within(operand, (order) => (order < 0 ? 0 : 1)),
  $lte: (operand) => within(operand, (order) => (order > 0 ? 1 : 0)),
  $startsWith: (operand, { $options }) =>
    $options
      ? undefined
      : { place: (value) => rankOf(value) - STRING || ((value as string).startsWith(operand as string) ? 0 : compare(value, operand)) },
};

function oneOf(points: readonly unknown[]): Bound | undefined {
  return points.some((point) => rankOf(point) === REGEX || (isPlain(point) && hasOperators(point))) ? undefined : { points };
}

/** A range holds values of one class only. */
function within(operand: unknown, side: (order: number) => number): Bound {
  return { place: (value) => rankOf(value) - rankOf(operand) || side(compare(value, operand)) };
}
