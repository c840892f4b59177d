import type { Area } from './sqlite-area.ts';

/**
 * An object that behaves as the `Storage` of browsers does (HTML, "Web storage"; Web IDL, "legacy platform objects"): methods,
 * `length`, and every other property is an item. What is converted is converted before the storage is touched.
 */
export function storageObject(area: Area, quotaBytes: number): Storage {
  function demand(self: unknown, given: number, wanted: number): void {
    if (self !== proxy) throw new TypeError('Illegal invocation');
    if (given < wanted) throw new TypeError(`${wanted} argument${wanted > 1 ? 's' : ''} required, but only ${given} present`);
  }

  function setItem(key: string, value: string): void {
    const refused = area.set(key, value);
    if (refused) throw quotaExceeded(quotaBytes, refused.requested);
  }

  const prototype = {
    get length() {
      return area.length;
    },
    key(...args: unknown[]): string | null {
      demand(this, args.length, 1);
      return area.keyAt((args[0] as number) >>> 0);
    },
    getItem(...args: unknown[]): string | null {
      demand(this, args.length, 1);
      return area.get(text(args[0]));
    },
    setItem(...args: unknown[]): void {
      demand(this, args.length, 2);
      setItem(text(args[0]), text(args[1]));
    },
    removeItem(...args: unknown[]): void {
      demand(this, args.length, 1);
      area.remove(text(args[0]));
    },
    clear(): void {
      demand(this, 0, 0);
      area.clear();
    },
    [Symbol.toStringTag]: 'Storage',
  };
  // As in browsers: a key of this name is no property, but `getItem` has it.
  const isHidden = (name: string): boolean => name in prototype;

  const proxy: Storage = new Proxy(Object.create(prototype), {
    get: (target, name) => (typeof name === 'symbol' || isHidden(name) ? Reflect.get(target, name) : (area.get(name) ?? undefined)),
    set(target, name, value) {
      // `length` has no setter, and `__proto__` has one of its own. Assigning to a method stores an item, as in Firefox and in Web IDL.
      if (typeof name === 'symbol' || name === 'length' || name === '__proto__') return Reflect.set(target, name, value);
      setItem(name, text(value));
      return true;
    },
    has: (target, name) => Reflect.has(target, name) || (typeof name === 'string' && area.get(name) !== null),
    deleteProperty(target, name) {
      if (typeof name === 'symbol') return Reflect.deleteProperty(target, name);
      if (!isHidden(name)) area.remove(name);
      return true;
    },
    defineProperty(target, name, descriptor) {
      if (typeof name === 'symbol') return Reflect.defineProperty(target, name, descriptor);
      if (descriptor.get || descriptor.set) return false;
      setItem(name, text(descriptor.value));
      return true;
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'symbol') return Reflect.getOwnPropertyDescriptor(target, name);
      const value = isHidden(name) ? null : area.get(name);
      return value === null ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
    ownKeys: (target) => [...area.keys().filter((name) => !isHidden(name)), ...Reflect.ownKeys(target)],
    preventExtensions: () => false,
  });
  return proxy;
}

/** As Web IDL converts: a symbol throws, and so does an object whose `toString` throws. */
function text(value: unknown): string {
  return `${value as string}`;
}

function quotaExceeded(quota: number, requested: number): Error {
  const message = `The storage may hold ${quota} bytes, and ${requested} would be needed`;
  const { QuotaExceededError } = globalThis as { QuotaExceededError?: new (message: string, sizes: object) => Error };
  if (QuotaExceededError) return new QuotaExceededError(message, { quota, requested });
  return Object.assign(new DOMException(message, 'QuotaExceededError'), { quota, requested });
}
