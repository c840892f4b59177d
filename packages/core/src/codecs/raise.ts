import { LIMITS } from '../inspect.ts';
import { demand } from './annotations.ts';
import { fromBase64, fromBytes, isBinary } from './binary.ts';
import { UNSAFE } from './lower.ts';

/** The value that `lower` was given. What data may become stands here: it never names a class of its own. @throws {Error} for any other graph */
export function raise(graph: unknown, lists: ReadonlySet<unknown>): unknown {
  const raised = new Map<object, object>();
  let room: number = LIMITS.nodes;

  function keep<T extends object>(item: object, value: T): T {
    raised.set(item, value);
    return value;
  }

  function visit(item: unknown, depth: number): unknown {
    if (typeof item !== 'object' || !item) return item;
    // References can make a graph deeper than its text.
    demand(depth <= LIMITS.depth);
    return raised.get(item) ?? (lists.has(item) ? list(item as unknown[], depth + 1) : plain(item, depth + 1));
  }

  function plain(item: object, depth: number): object {
    if (item instanceof Date || item instanceof URL) return keep(item, item);
    if (Array.isArray(item)) {
      const array = keep<unknown[]>(item, []);
      for (const part of item) array.push(visit(part, depth));
      return array;
    }
    const object = keep<Record<string, unknown>>(item, {});
    for (const [key, part] of Object.entries(item)) {
      demand(!UNSAFE.includes(key));
      object[key] = visit(part, depth);
    }
    return object;
  }

  function list(item: unknown[], depth: number): object {
    const [className, first, second, third, fourth] = item;
    const { length } = item;
    switch (className) {
      case 'Map': {
        const map = keep(item, new Map<unknown, unknown>());
        for (let i = 1; i < length; i += 2) map.set(visit(item[i], depth), visit(item[i + 1], depth));
        demand(length === 1 + 2 * map.size);
        return map;
      }
      case 'Set': {
        const set = keep(item, new Set<unknown>());
        for (let i = 1; i < length; i++) set.add(visit(item[i], depth));
        demand(length === 1 + set.size);
        return set;
      }
      case 'Object': {
        const object = keep(item, {});
        for (let i = 1; i < length; i += 2) define(object, item[i], visit(item[i + 1], depth));
        demand(length === 1 + 2 * Object.keys(object).length);
        return object;
      }
      case 'Array': {
        const array = keep<unknown[]>(item, []);
        demand(Number.isInteger(first) && (first as number) >= 0);
        room -= first as number;
        demand(room >= 0);
        array.length = first as number;
        for (let i = 2; i < length; i += 2) {
          demand(Number.isInteger(item[i]) && (item[i] as number) >= 0 && (item[i] as number) < array.length);
          array[item[i] as number] = visit(item[i + 1], depth);
        }
        demand(length === 2 + 2 * Object.keys(array).length);
        return array;
      }
      case 'Date':
        demand(length === 1);
        return keep(item, new Date(Number.NaN));
      case 'Blob':
        demand(length === 3 && typeof second === 'string');
        return keep(item, new Blob([fromBase64(first)], { type: second }));
      case 'File':
        demand(length === 5 && typeof second === 'string' && typeof third === 'string' && Number.isFinite(fourth));
        return keep(item, new File([fromBase64(first)], third, { type: second, lastModified: fourth as number }));
      default:
        demand(typeof className === 'string' && isBinary(className) && length === 2);
        return keep(item, fromBytes(className, fromBase64(first)));
    }
  }

  return visit(graph, 0);
}

function define(object: object, key: unknown, value: unknown): void {
  demand(typeof key === 'string');
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
