import { LIMITS } from '../inspect.ts';
import { isReserved } from '../query/storable.ts';

/** Stands for what is not plain. */
const OTHER = Symbol('other');

/**
 * A copy of an object that JSON alone brings back, without its properties that are `undefined`. Returns `undefined` for everything
 * else: it takes a longer look to tell what is stored in another way from what cannot be. An accessor counts as its value.
 */
export function plainCopy<T extends object>(object: T): T | undefined {
  let room: number = LIMITS.nodes;

  function copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number') return isJsonNumber(value) ? value : OTHER;
    if (typeof value !== 'object' || depth > LIMITS.depth || --room < 0) return OTHER;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return copyObject(value as Record<string, unknown>, depth + 1);
    return prototype === Array.prototype ? copyArray(value as unknown[], depth + 1) : OTHER;
  }

  function copyObject(old: Record<string, unknown>, depth: number): unknown {
    // An object of the same form at once, and then only what lies deeper.
    const next: Record<string, unknown> = { ...old };
    let isWhole = true;
    let count = 0;
    for (const key in next) {
      count++;
      if (isReserved(key)) return OTHER;
      const part = next[key];
      if (typeof part === 'string' || typeof part === 'boolean') continue;
      if (part === undefined) isWhole = false;
      else {
        const copied = copy(part, depth);
        if (copied === OTHER) return OTHER;
        if (copied !== part) next[key] = copied;
      }
    }
    // Symbols, and what is hidden.
    if (Reflect.ownKeys(old).length !== count) return OTHER;
    return isWhole ? next : Object.fromEntries(Object.entries(next).filter(([, part]) => part !== undefined));
  }

  function copyArray(old: readonly unknown[], depth: number): unknown {
    // It has properties beside its elements, or holes.
    if (Object.keys(old).length !== old.length) return OTHER;
    const next: unknown[] = [];
    for (const element of old) {
      const copied = copy(element, depth);
      if (copied === OTHER) return OTHER;
      next.push(copied);
    }
    return next;
  }

  const copied = copy(object, 0);
  return copied === OTHER ? undefined : (copied as T);
}

/** Whether JSON alone brings back what was looked at before: what cannot be stored in any way is not in it. */
export function isPlainJson(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return isJsonNumber(value);
  if (typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    for (const element of value as unknown[]) if (!isPlainJson(element)) return false;
    return true;
  }
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isPlainJson((value as Record<string, unknown>)[key])) return false;
  return true;
}

function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}
