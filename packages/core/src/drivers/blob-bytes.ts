import { isPlain } from '../inspect.ts';

/**
 * A Blob as its bytes, for engines that do not store one: WebKit in private windows completes the transaction and keeps
 * nothing, and elsewhere it fails on a row that is read and put back. The buffer lies in the value where the Blob was, and here too: structured clone keeps that they are one object, so
 * no mark is needed that a value of the app could imitate.
 */
export interface BlobBytes {
  readonly bytes: ArrayBuffer;
  readonly type: string;
  /** Of a `File`. */
  readonly name?: string;
  readonly lastModified?: number;
}

export interface WithBytes {
  readonly value: unknown;
  readonly blobs: readonly BlobBytes[];
}

/** The value with every Blob replaced by its bytes. */
export async function blobsToBytes(value: unknown): Promise<WithBytes> {
  const found = new Set<Blob>();
  replace(value, (item) => {
    if (item instanceof Blob) found.add(item);
    return undefined;
  });
  const blobs = new Map<unknown, BlobBytes>();
  for (const blob of found) {
    const file = blob instanceof File ? { name: blob.name, lastModified: blob.lastModified } : {};
    blobs.set(blob, { bytes: await blob.arrayBuffer(), type: blob.type, ...file });
  }
  return { value: replace(value, (item) => blobs.get(item)?.bytes), blobs: [...blobs.values()] };
}

/** The value as it was before `blobsToBytes`. */
export function bytesToBlobs({ value, blobs }: WithBytes): unknown {
  const made = new Map<unknown, Blob>(
    blobs.map(({ bytes, type, name, lastModified }) => [
      bytes,
      name === undefined ? new Blob([bytes], { type }) : new File([bytes], name, { type, lastModified: lastModified ?? 0 }),
    ]),
  );
  return replace(value, (item) => made.get(item));
}

/** A copy of the containers in which `swap` has replaced what it knows. What it gives `undefined` for stays. */
function replace(value: unknown, swap: (item: object) => unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value) ?? swap(value);
  if (known !== undefined) return known;
  const inside = (item: unknown): unknown => replace(item, swap, copies);
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    copy.length = value.length;
    for (const index of value.keys()) if (index in value) copy[index] = inside(value[index]);
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(inside(key), inside(item));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    copies.set(value, copy);
    for (const item of value) copy.add(inside(item));
    return copy;
  }
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, item] of Object.entries(value))
    Object.defineProperty(copy, key, { value: inside(item), configurable: true, enumerable: true, writable: true });
  return copy;
}
