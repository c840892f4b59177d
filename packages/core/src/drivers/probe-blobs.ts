import type { Connection } from './connection.ts';

/** Some engines refuse a Blob, and some complete the transaction and keep nothing: only reading one back tells. */
export async function probeBlobs(held: Connection): Promise<boolean> {
  const key = 'probe';
  try {
    await held.transact(['meta'], 'readwrite', (transaction) => {
      transaction.objectStore('meta').put(new Blob(['?']), key);
      return () => {};
    });
    const back = await held.transact(['meta'], 'readonly', (transaction) => {
      const request = transaction.objectStore('meta').get(key);
      return () => request.result;
    });
    return back instanceof Blob && (await back.text()) === '?';
  } catch {
    return false;
  }
}

/** True when there is a Blob anywhere in the value. */
export function hasBlob(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (value instanceof Blob) return true;
  seen.add(value);
  const items =
    value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : ArrayBuffer.isView(value) ? [] : Object.values(value);
  return items.some((item) => hasBlob(item, seen));
}
