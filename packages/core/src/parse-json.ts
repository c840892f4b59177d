import { LIMITS } from './inspect.ts';

/** A string, and whether it is the key of a property. */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * `JSON.parse` for text from storage: bounded, and right for keys that are written with an escape. V8 from 12.8 on may read such a key as
 * another one, after it has seen an object with a key that begins with a backslash (nodejs/node#63785); values it reads right.
 * @throws {SyntaxError} for what is no JSON, or too long
 */
export function parseJson(text: string): unknown {
  if (text.length > LIMITS.characters) throw new SyntaxError('Too long');
  // First of all: in what is JSON every string ends, so that it can be searched in one pass.
  const parsed = JSON.parse(text);
  if (!text.includes('\\')) return parsed;
  const keys = new Map<string, string>();
  let mark = '\uE000';
  while (text.includes(mark)) mark += '\uE000';
  const unescaped = text.replace(STRINGS, (string, colon?: string) => {
    if (colon === undefined || !string.includes('\\')) return string;
    const stand = `${mark}${keys.size}`;
    keys.set(stand, JSON.parse(string.slice(0, string.length - colon.length)));
    return `"${stand}":`;
  });
  return keys.size === 0 ? parsed : renamed(JSON.parse(unescaped), keys);
}

/** The same with the real keys, in their order. */
function renamed(value: unknown, keys: ReadonlyMap<string, string>, depth = 0): unknown {
  if (typeof value !== 'object' || !value) return value;
  if (depth > LIMITS.depth * 2) throw new SyntaxError('Too deep');
  if (Array.isArray(value)) return value.map((item) => renamed(item, keys, depth + 1));
  const copy = {};
  // Not assigned: the key may be `__proto__`.
  for (const [key, item] of Object.entries(value))
    Object.defineProperty(copy, keys.get(key) ?? key, {
      value: renamed(item, keys, depth + 1),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  return copy;
}
