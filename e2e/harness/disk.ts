import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small disk: a file system in a file, mounted. */
export interface Disk {
  readonly directory: string;
  /** All that was written so far is on it. */
  sync(): void;
  /** The power goes, and comes back: what the kernel had not written to it is gone. Nothing may use it at this moment. */
  cutPower(): void;
  /** Writes until not one kilobyte is left. */
  fill(): void;
  free(): void;
  remove(): void;
}

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });

/** Mounting takes root, and a kernel that lets it. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && !!process.env.HARD && isMountable();

function isMountable(): boolean {
  try {
    createDisk(8).remove();
    return true;
  } catch {
    return false;
  }
}

export function createDisk(megabytes: number): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  const directory = join(folder, 'mounted');
  const ballast = join(directory, 'ballast');
  let image = join(folder, 'image');
  let images = 0;

  const mount = (): void => void run('mount', '-o', 'loop', image, directory);
  run('truncate', '-s', `${megabytes}M`, image);
  // No block is reserved for root, and nothing is left to be done later.
  run('mkfs.ext4', '-q', '-m', '0', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image);
  run('mkdir', directory);
  mount();
  return {
    directory,
    sync: () => void run('sync', '-f', directory),
    cutPower() {
      // The file holds what the disk holds; what waits in the kernel for the mounted file system is not in it.
      const copy = join(folder, `image${++images}`);
      copyFileSync(image, copy);
      run('umount', '-l', directory);
      rmSync(image);
      image = copy;
      mount();
    },
    fill() {
      const file = openSync(ballast, 'a');
      for (const size of [65_536, 4_096, 1_024]) {
        try {
          for (const block = Buffer.alloc(size, 1); ; ) writeSync(file, block);
        } catch {} // full
      }
      closeSync(file);
      try {
        appendFileSync(ballast, '1');
      } catch {}
    },
    free: () => rmSync(ballast),
    remove() {
      run('umount', '-l', directory);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
