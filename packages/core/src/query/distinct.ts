import type { PathValue, QueryPath } from './document-path.ts';
import { compare } from './order.ts';
import { reach } from './reach.ts';

type Values<V> = Exclude<V extends readonly (infer Item)[] ? Item : V, undefined>;

/** The different values at a path, in the order of values; of an array its elements. What is missing is none, null is one. */
export function distinct<Doc extends object, Path extends QueryPath<Doc>>(
  documents: Iterable<Doc>,
  path: Path,
): Values<PathValue<Doc, Path>>[] {
  const found: unknown[] = [];
  const reached = reach(path as string);
  for (const document of documents)
    reached(document, (value, isExact) => {
      if (Array.isArray(value) && !isExact) found.push(...value);
      else if (value !== undefined) found.push(value);
      return false;
    });
  found.sort(compare);

  const values: unknown[] = [];
  for (const value of found) {
    // What has no order lies in one run, whose members are not 0 but NaN from each other.
    let at = values.length;
    let order = Number.NaN;
    while (at > 0 && Number.isNaN(order)) order = compare(values[--at], value);
    if (order !== 0) values.push(value);
  }
  return values as Values<PathValue<Doc, Path>>[];
}
