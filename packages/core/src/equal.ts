import { isPlain } from './inspect.ts';

/**
 * Deep equality of all that can be stored, by `Object.is`. Binary data is equal by its bytes, a `Blob` only to itself. The order of
 * keys never counts in a plain object; in a `Map` or `Set` only among keys that are objects, which are compared place by place.
 */
export function equal(first: unknown, second: unknown): boolean {
  if (Object.is(first, second)) return true;
  if (Object(first) !== first || Object(second) !== second) return false;
  // Union-find over the objects that are equal unless a difference turns up: cycles end, and what is shared is compared once.
  const parents = new Map<unknown, unknown>();

  function root(item: unknown): unknown {
    if (!parents.has(item)) return item;
    const top = root(parents.get(item));
    parents.set(item, top);
    return top;
  }

  function compare(a: unknown, b: unknown): boolean {
    if (Object.is(a, b)) return true;
    if (Object(a) !== a || tagOf(a) !== tagOf(b)) return false;
    const rootOfA = root(a);
    const rootOfB = root(b);
    if (rootOfA === rootOfB) return true;
    parents.set(rootOfA, rootOfB);
    if (isPlain(a) && isPlain(b)) {
      const keys = Object.keys(a);
      return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && compare(a[key], b[key]));
    }
    const items = itemsOf(a);
    const others = itemsOf(b);
    return (
      !!items &&
      items.length === others?.length &&
      items.every((item, index) => index in others && compare(item, others[index])) &&
      others.every((_, index) => index in items)
    );
  }

  return compare(first, second);
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** What makes two objects of one class equal; `undefined` where nothing but identity does. */
function itemsOf(object: unknown): unknown[] | undefined {
  if (Array.isArray(object)) return object;
  if (object instanceof Date) return [+object];
  if (object instanceof RegExp || object instanceof URL) return [String(object)];
  if (object instanceof Map || object instanceof Set) {
    const named: Record<string, unknown> = {};
    const items: unknown[] = [named];
    for (const [key, value] of object.entries()) {
      if (Object(key) === key) items.push(key, value);
      else named[typeof key + String(key)] = value;
    }
    return items;
  }
  const { buffer, byteOffset, byteLength } = object as DataView;
  // Not spread: a copy as an array would take eight times the bytes.
  return byteLength >= 0 ? (new Uint8Array(buffer ?? object, byteOffset, byteLength) as unknown as unknown[]) : undefined;
}
