import type { FsNode } from './emscripten.ts';

export interface Times {
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
}

/** Builds of before 2025 have one `timestamp` in their place. */
export function timesOf({ atime, mtime, ctime, timestamp = 0 }: FsNode): Times {
  return { atime: atime ?? timestamp, mtime: mtime ?? timestamp, ctime: ctime ?? timestamp };
}

export function setTimes(node: FsNode, { atime, mtime, ctime }: Times): void {
  if (node.timestamp === undefined) Object.assign(node, { atime, mtime, ctime });
  else node.timestamp = mtime;
}

/** What a file system does where MEMFS does not: a new size is a change. */
export function setChanged(node: FsNode): void {
  const now = Date.now();
  setTimes(node, { ...timesOf(node), mtime: now, ctime: now });
}
