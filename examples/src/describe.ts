/** What kind of value it is and how large, never the value itself. */
export function describe(value: unknown): string {
  if (value === null || value === '') return 'empty';
  if (value instanceof Blob) return `${value.type || 'file'}, ${formatBytes(value.size)}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${typeof value === 'string' ? 'text' : typeof value}, ${formatBytes(new TextEncoder().encode(text).length)}`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const number = bytes / 1000 ** power;
  return `${number < 10 && power > 0 ? number.toFixed(1) : Math.round(number)} ${units[power]}`;
}
