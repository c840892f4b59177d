/** About so many bytes a stored value takes. */
export function weigh(value: unknown, seen: Set<unknown> = new Set()): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Blob) return value.size;
  const { byteLength } = value as ArrayBuffer;
  if (typeof byteLength === 'number') return byteLength;
  if (seen.has(value)) return 8;
  seen.add(value);
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.entries(value).flat();
  return parts.reduce<number>((sum, part) => sum + weigh(part, seen), 0);
}
