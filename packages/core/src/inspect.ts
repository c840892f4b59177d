import { StoreError } from './errors.ts';

/** Bounds on what is encoded and decoded, so that a hostile or broken value costs bounded time and memory. */
export const LIMITS = { depth: 200, nodes: 1_000_000, characters: 64_000_000 } as const;

/** Whether a codec carries an object that is neither plain nor an array, Map or Set. What it throws means no. */
export type Carries = (object: object, className: string) => boolean;

/** `json`: what JSON brings back. `clone`: what structured clone brings back with its class. A function: what a codec carries. */
export type Kind = 'json' | 'clone' | Carries;

/**
 * Walks a value and refuses, by its path, whatever would not come back equal: functions, symbols, class instances, accessors,
 * named properties of arrays, and in `json` also cycles and all that JSON drops or changes. Returns whether JSON alone is enough.
 * A Map is walked as the array of its entries: `tags[2][1]` is the value of the third.
 *
 * A Proxy of plain data cannot be told from its target and passes: a codec stores what it shows, structured clone throws a
 * `DataCloneError`, which `storageError` makes `UNSUPPORTED_VALUE` without a path.
 * @throws {StoreError} `UNSUPPORTED_VALUE`
 */
export function inspect(value: unknown, kind: Kind): boolean {
  // Most values are one of these, and all that follows costs more than storing them.
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  const path: (string | number)[] = [];
  const seen = new Set<object>();
  let room: number = LIMITS.nodes;
  let isJson = true;

  function demand(holds: unknown, what: string, cause?: unknown): void {
    if (holds) return;
    const where = formatPath(path);
    throw new StoreError('UNSUPPORTED_VALUE', `Cannot store ${where || 'the value'}: unsupported ${what}`, {
      cause,
      ...(where && { path: where }),
    });
  }

  function demandCodec(what: string): void {
    isJson = false;
    demand(kind !== 'json', what);
  }

  function visit(item: unknown): void {
    const type = typeof item;
    demand(--room >= 0, 'size');
    demand(type !== 'function' && type !== 'symbol', type);
    if (type === 'object' && item) visitObject(item);
    else if (type === 'number' ? !Number.isFinite(item) || Object.is(item, -0) : type === 'undefined' || type === 'bigint')
      demandCodec(type);
  }

  function visitObject(object: object): void {
    demand(path.length <= LIMITS.depth, 'depth');
    if (seen.has(object)) {
      demandCodec('cycle');
      return;
    }
    seen.add(object);
    if (isPlain(object)) visitProperties(object);
    else {
      // By name, so that objects of another realm pass. A subclass has a name of its own.
      const className = String(object.constructor?.name);
      if (className === 'Array') visitElements(object as unknown[]);
      else {
        demandCodec(className);
        if (className === 'Map' || className === 'Set') visitElements([...(object as Iterable<unknown>)]);
        else demand((kind === 'clone' ? isCloneable : (kind as Carries))(object, className), className);
      }
    }
    // In JSON an object may appear twice, but not inside itself.
    if (kind === 'json') seen.delete(object);
  }

  function visitProperties(object: object): void {
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      path.push(String(key));
      demand(typeof key === 'string' && property?.enumerable && 'value' in property, 'property');
      visit(property?.value);
      path.pop();
    }
  }

  // Without descriptors, which take ten times as long as writing the element: an accessor passes as its value.
  function visitElements(array: readonly unknown[]): void {
    let holes = 0;
    for (let index = 0; index < array.length; index++) {
      path.push(index);
      if (!(index in array)) {
        holes++;
        demandCodec('hole');
      }
      visit(array[index]);
      path.pop();
    }
    demand(Object.keys(array).length === array.length - holes, 'property');
  }

  try {
    visit(value);
  } catch (cause) {
    // A trap of a Proxy, a detached buffer, something that only looks like a Map.
    demand(cause instanceof StoreError, 'object', cause);
    throw cause;
  }
  return isJson;
}

// An error comes back without its own properties, the heir of another object without what it inherits.
function isCloneable(object: object, className: string): boolean {
  try {
    return !/^Object$|Error$/.test(className) && structuredClone(object).constructor.name === className;
  } catch {
    return false;
  }
}

/** An object literal, or one without a prototype: what comes back as it went. From any realm. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || !value) return false;
  const prototype = Object.getPrototypeOf(value);
  return !prototype || (!Object.getPrototypeOf(prototype) && Object.hasOwn(prototype, 'hasOwnProperty'));
}

// As in code: `user.photos[2]`.
function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => text + (Number.isNaN(+key) ? (text && '.') + key : `[${key}]`), '');
}
