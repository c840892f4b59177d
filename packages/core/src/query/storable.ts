import { isPlain, LIMITS } from '../inspect.ts';
import { refuse } from './refuse.ts';

/**
 * What of a value is stored: `undefined` is left out of objects and null in arrays, as in JSON. The value itself where that changes
 * nothing. Refuses names that no path can lead to.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function storable<T>(value: T, at: string, depth = 0): T {
  if (depth > LIMITS.depth) refuse('update', at, `more than ${LIMITS.depth} levels`);
  if (Array.isArray(value)) {
    const elements = Array.from(value, (element, index) => storable(element, `${at}.${index}`, depth + 1) ?? null);
    return elements.every((element, index) => Object.is(element, value[index])) ? value : (elements as T);
  }
  if (!isPlain(value)) return value;
  let isSame = true;
  const entries: [string, unknown][] = [];
  for (const [key, old] of Object.entries(value)) {
    if (isReserved(key)) refuse('update', `${at}.${key}`, 'a name does not begin with "$" and has no NUL');
    const part = storable(old, `${at}.${key}`, depth + 1);
    if (part !== undefined) entries.push([key, part]);
    if (part === undefined || !Object.is(part, old)) isSame = false;
  }
  return isSame ? value : (Object.fromEntries(entries) as T);
}

/** Whether a filter would take the name for an operator, or a database for the end of it. */
export function isReserved(name: string): boolean {
  return name.startsWith('$') || name.includes('\0');
}
