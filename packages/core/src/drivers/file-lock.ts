import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { StoreError } from '../errors.ts';
import { isMissing } from './replace-file.ts';

/** Runs `work` while no other process of the machine runs one. `assertHeld` rejects where the lock was taken away meanwhile. */
export type FileLock = <T>(work: (assertHeld: () => Promise<void>) => Promise<T>) => Promise<T>;

/** Who holds a lock for longer has died, or hangs: then it is taken away. */
const STALE_MS = 10_000;
const TIMEOUT_MS = 30_000;

/** A lock that is a file: made only where there is none, with the name of its holder in it. */
export function fileLock(path: string): FileLock {
  const holder = `${hostname()} ${process.pid} ${randomUUID()}`;

  async function make(at: string): Promise<boolean> {
    try {
      const file = await open(at, 'wx');
      await file.writeFile(holder).finally(() => file.close());
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EEXIST') return false;
      throw error;
    }
  }

  const heldBy = (at: string): Promise<string | undefined> =>
    readFile(at, 'utf8').catch((error) => {
      if (isMissing(error)) return undefined;
      throw error;
    });

  async function isAbandoned(at: string): Promise<boolean> {
    const found = await stat(at).catch(() => undefined);
    if (!found) return false;
    if (Date.now() - found.mtimeMs > STALE_MS) return true;
    const [host, pid] = ((await heldBy(at)) ?? '').split(' ');
    return host === hostname() && !isAlive(Number(pid));
  }

  /** Under a second lock, so that of two who find the first one abandoned none removes the one that the other has made since. */
  async function removeAbandoned(): Promise<void> {
    const second = `${path}.remove`;
    if (await make(second)) {
      if (await isAbandoned(path)) await rm(path, { force: true });
      await rm(second, { force: true });
    } else if (await isAbandoned(second)) await rm(second, { force: true });
  }

  return async (work) => {
    const endMs = Date.now() + TIMEOUT_MS;
    for (let pauseMs = 1; !(await make(path)); pauseMs = Math.min(pauseMs * 2, 50)) {
      if (Date.now() > endMs) throw new StoreError('TIMEOUT', 'Cannot write the file: another process does not let go of its lock');
      if (await isAbandoned(path)) await removeAbandoned();
      await new Promise((resume) => setTimeout(resume, pauseMs * Math.random()));
    }
    const isHeld = async (): Promise<boolean> => (await heldBy(path)) === holder;
    try {
      return await work(async () => {
        if (!(await isHeld())) throw new StoreError('TIMEOUT', 'Cannot write the file: it took so long that the lock was taken away');
      });
    } finally {
      if (await isHeld()) await rm(path, { force: true });
    }
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
