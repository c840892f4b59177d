/** Asks a draft for its content. */
const CONTENT = Symbol('content');

type Tree = Record<PropertyKey, unknown>;

/** A plain object or an array, a proxy of Svelte's `$state` too: what can be changed in parts. Everything else is replaced as a whole. */
export function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || !value) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || !prototype || !Object.getPrototypeOf(prototype);
}

/** Hears what is done with a draft. */
export interface Watcher {
  read?(): void;
  changed?(): void;
}

/**
 * A value that may be changed in place, at any depth. The original stays as it is: a level is copied when it is first read, so array
 * methods, `delete`, spreads and `Object.keys` meet an ordinary object, which is never frozen.
 */
export function draft<T>(original: T, watcher: Watcher = {}): T {
  if (!isTree(original)) return original;
  let isChanged = false;

  function changed(): true {
    isChanged = true;
    watcher.changed?.();
    return true;
  }

  return new Proxy<Tree & T>(copyOf(original), {
    get(target: Tree, key) {
      if (key === CONTENT) return () => (isChanged ? fill(copyOf(target), (part) => contentOf(part)?.() ?? part) : original);
      watcher.read?.();
      const part = target[key];
      // Own properties only: what `__proto__` leads to belongs to everyone.
      if (!isTree(part) || contentOf(part) || !Object.hasOwn(target, key)) return part;
      target[key] = draft(part, { ...watcher, changed });
      return target[key];
    },
    set(target: Tree, key, next) {
      if (Object.hasOwn(target, key) && Object.is(target[key], next)) return true;
      target[key] = plain(next);
      return changed();
    },
    deleteProperty: (target: Tree, key) => delete target[key] && changed(),
  });
}

/** A copy without proxies, ours or Svelte's, which storage refuses. Of a draft: its content, with the original's own parts where nothing changed. */
export function plain<T>(value: T, copies: Map<unknown, unknown> = new Map()): T {
  if (!isTree(value)) return value;
  const known = contentOf(value)?.() ?? copies.get(value);
  if (known) return known as T;
  const copy = copyOf(value);
  // Before its parts, because one of them may lead back to it.
  copies.set(value, copy);
  return fill(copy, (part) => plain(part, copies));
}

function contentOf(value: unknown): (() => unknown) | undefined {
  return (value as Tree | undefined | null)?.[CONTENT] as (() => unknown) | undefined;
}

function copyOf<T extends Tree>(tree: T): T {
  return Array.isArray(tree) ? (tree.slice() as unknown as T) : { ...tree };
}

/** Replaces the parts of a copy. They are there already: an own property named `__proto__` is only that when it is not made by assignment. */
function fill<T extends Tree>(copy: T, convert: (part: unknown) => unknown): T {
  for (const key of Object.keys(copy) as (keyof T)[]) copy[key] = convert(copy[key]) as T[keyof T];
  return copy;
}
