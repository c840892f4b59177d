import { encodePath } from '../key-path.ts';

/** Where a collection lies: the key of its batches in the log, and the beginning of the keys of its entries. */
export function pathOf(store: string, collection: string): string {
  return encodePath([store, '(collections)', collection]);
}

/** The key of the entry that holds the checkpoint. */
export function checkpointKey(path: string): string {
  return path + encodePath(['checkpoint']);
}

/** The key of the entry that holds the first rows of live queries. */
export function windowsKey(path: string): string {
  return path + encodePath(['windows']);
}

/** The beginning of the keys of the Blobs. */
export function blobsPrefix(path: string): string {
  return path + encodePath(['blobs']);
}

export function segmentKey(path: string, name: string): string {
  return path + encodePath(['segments', name]);
}
