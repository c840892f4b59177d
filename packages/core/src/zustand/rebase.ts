import { equal } from '../equal.ts';
import { isPlain } from '../inspect.ts';

/**
 * Puts on top of `onto` what changed between `from` and `to`, field by field of the top level; whatever is no plain object is one field.
 * Returns `onto` itself when nothing changed.
 */
export function rebase<T>(from: unknown, to: unknown, onto: T): T {
  if (!isPlain(from) || !isPlain(to) || !isPlain(onto)) return equal(from, to) ? onto : (to as T);
  const changed = Object.keys({ ...from, ...to }).filter((key) => !equal(from[key], to[key]));
  if (changed.length === 0) return onto;
  // Spread and `fromEntries` define: no key, not even `__proto__`, reaches a setter.
  const result = { ...onto, ...Object.fromEntries(changed.map((key) => [key, to[key]])) };
  for (const key of changed) if (!Object.hasOwn(to, key)) delete result[key];
  return result as T;
}
