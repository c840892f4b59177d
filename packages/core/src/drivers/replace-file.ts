import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreError, storageError } from '../errors.ts';

export interface Durability {
  /** `strict`: what is acknowledged survives the loss of power. `relaxed`: it survives the end of the process. @default 'strict' */
  durability?: 'relaxed' | 'strict';
}

/** Puts a text in the place of a file: whoever reads meanwhile, and whatever breaks meanwhile, there is the old text or the new one. */
export async function replaceFile(
  path: string,
  temporary: string,
  text: string,
  { durability = 'strict', beforeRename }: Durability & { beforeRename?: () => Promise<void> },
): Promise<void> {
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      if (durability === 'strict') await file.datasync();
    } finally {
      await file.close();
    }
    await beforeRename?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  if (durability === 'strict') await syncFolder(dirname(path));
}

/** Without it the new name may be lost with the power. Windows cannot do it and need not. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}

/** Classifies what the file system threw. */
export function fileError(error: unknown, what: string): StoreError {
  const code = String((error as { code?: unknown }).code);
  if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(code)) return new StoreError('QUOTA', `Cannot ${what}: the disk is full`, { cause: error });
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) return new StoreError('DENIED', `Cannot ${what}: the file system denies it`, { cause: error });
  return storageError(error, what);
}
