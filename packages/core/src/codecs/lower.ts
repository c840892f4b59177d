import { StoreError } from '../errors.ts';
import { isPlain, LIMITS } from '../inspect.ts';
import { bytesOf, isBinary, toBase64 } from './binary.ts';

// Between our values and superjson's stands a graph in which only what superjson handles well is left. What it loses, refuses or
// mixes up (a Map or a Set, when one of its objects appears twice) is a list `[class, ...parts]` there. That a list is one of
// these travels in superjson's annotations, never in the data, so that no value can pass for one.
export interface Lowered {
  readonly graph: unknown;
  readonly lists: Set<unknown>;
  /** What must be awaited before the graph is complete. */
  readonly reads: readonly Promise<void>[];
}

/** Keys that superjson refuses, because assigning them may reach a prototype. */
export const UNSAFE: readonly string[] = ['__proto__', 'constructor', 'prototype'];

// As text, four characters for three bytes.
const MAX_BYTES = (LIMITS.characters / 4) * 3;

/**
 * Which objects `lower` knows beside plain data, arrays, Map and Set: of 48 MB at most. Not RegExp and Error: data must not become
 * a pattern or pass for a failure.
 */
export function isCarried(object: object, className: string): boolean {
  if (tagOf(object) !== className) return false;
  if (isBinary(className)) return bytesOf(object as ArrayBuffer).length <= MAX_BYTES;
  // A few addresses read differently when they are parsed again.
  if (className === 'URL') return new URL((object as URL).href).href === (object as URL).href;
  return className === 'Date' || ((className === 'Blob' || className === 'File') && (object as Blob).size <= MAX_BYTES);
}

function tagOf(object: object): string {
  return Object.prototype.toString.call(object).slice(8, -1);
}

/** A copy of a value that `inspect` has passed, taken at once: what changes later is not in it. */
export function lower(value: unknown): Lowered {
  const lowered = new Map<object, object>();
  const lists = new Set<unknown>();
  const reads: Promise<void>[] = [];

  function keep<T extends object>(item: object, copy: T): T {
    lowered.set(item, copy);
    return copy;
  }

  function list(item: object, ...parts: unknown[]): unknown[] {
    lists.add(parts);
    return keep(item, parts);
  }

  function visit(item: unknown): unknown {
    if (typeof item !== 'object' || !item) return item;
    return lowered.get(item) ?? (Array.isArray(item) ? array(item) : isPlain(item) ? plain(item) : instance(item));
  }

  function array(item: unknown[]): unknown[] {
    if (Object.keys(item).length < item.length) {
      const parts = list(item, 'Array', item.length);
      item.forEach((part, index) => {
        parts.push(index, visit(part));
      });
      return parts;
    }
    const copy = keep<unknown[]>(item, []);
    for (const part of item) copy.push(visit(part));
    return copy;
  }

  function plain(item: Record<string, unknown>): object {
    const keys = Object.keys(item);
    if (keys.some((key) => UNSAFE.includes(key))) {
      const parts = list(item, 'Object');
      for (const key of keys) parts.push(key, visit(item[key]));
      return parts;
    }
    const copy = keep<Record<string, unknown>>(item, {});
    for (const key of keys) copy[key] = visit(item[key]);
    return copy;
  }

  function instance(item: object): object {
    const className = tagOf(item);
    if (className === 'Map' || className === 'Set') {
      const parts = list(item, className);
      for (const part of className === 'Map' ? [...(item as Map<unknown, unknown>)].flat() : (item as Set<unknown>))
        parts.push(visit(part));
      return parts;
    }
    if (className === 'Date') return Number.isNaN(+item) ? list(item, className) : keep(item, new Date(+item));
    if (className === 'URL') return keep(item, new URL((item as URL).href));
    if (isBinary(className)) return list(item, className, toBase64(bytesOf(item as ArrayBuffer)));
    const { type, name, lastModified } = item as File;
    const parts = list(item, className, type, ...(className === 'File' ? [name, lastModified] : []));
    reads.push(read(item as Blob).then((bytes) => void parts.splice(1, 0, bytes)));
    return parts;
  }

  return { graph: visit(value), lists, reads };
}

async function read(blob: Blob): Promise<string> {
  try {
    return toBase64(new Uint8Array(await blob.arrayBuffer()));
  } catch (cause) {
    throw new StoreError('UNSUPPORTED_VALUE', 'Cannot read the bytes of a Blob', { cause });
  }
}
