import { backoff } from '../backoff.ts';
import type { Driver, Operation } from '../driver.ts';
import { type SaveResult, type StoreError, storageError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { ERRNO } from './emscripten.ts';
import type { Timing } from './file-system.ts';
import { createPace } from './pace.ts';
import type { Volume } from './volume.ts';

/** A program that writes and never closes is saved after so long. */
const UNSAVED_MS = 5;
const UNSAVED_BYTES = 4 << 20;

export interface Saver extends Timing {
  /** Writes all that waits. Resolves when it is durable, or with what stands in the way. */
  flush(): Promise<SaveResult>;
  /** Tries again now what failed. */
  hurry(): void;
  /** From now on this tab may write, or not. */
  setReadOnly(isReadOnly: boolean): void;
  error(): StoreError | undefined;
  isPending(): boolean;
  close(): void;
}

/**
 * Writes what has changed in a volume, as one commit of everything at once: commits take place in the order in which they are
 * issued, so what storage holds is always a state that memory had. Each is issued within the call of the program that it is about,
 * because a program that never yields lets nothing else run, and its tab may be killed.
 */
export function createSaver(driver: Driver<unknown>, volume: Volume, ports: Ports, tell: () => void): Saver {
  const commit = driver.commit as NonNullable<typeof driver.commit>;
  const pace = createPace(ports.now);
  const retry = backoff(ports, () => {
    isDown = false;
    save();
  });
  let isReadOnly = true;
  /** The last commit failed, and it is not time to try again. */
  let isDown = false;
  let error: StoreError | undefined;
  let issued = 0;
  let ended = 0;
  let isPlanned = false;
  let unsavedSince: number | undefined;
  let waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  function save(): void {
    // While the connection is opened again the driver repeats what was under way: what is issued now could come before it.
    if (isReadOnly || isDown || (ended < issued && driver.isOpen?.() === false)) return;
    const operations = volume.take();
    unsavedSince = undefined;
    if (!operations) return;
    pace.spend();
    issued++;
    commit(operations).then(
      () => settled(),
      (reason: unknown) => settled(operations, storageError(reason, 'save the files')),
    );
  }

  function settled(operations?: readonly Operation<unknown>[], reason?: StoreError): void {
    ended++;
    if (operations) {
      volume.giveBack(operations);
      error = reason;
      isDown = true;
      retry.plan();
    } else if (!isDown) {
      error = undefined;
      retry.reset();
    }
    for (const { resolve } of waiting.filter(({ until }) => until <= ended)) resolve();
    waiting = waiting.filter(({ until }) => until > ended);
    if (ended === issued) {
      pace.refill();
      // What waited for the connection, or for a pause.
      save();
    }
    tell();
  }

  async function flush(): Promise<SaveResult> {
    // Twice, because what was under way may fail and be given back.
    for (let attempt = 0; attempt < 2; attempt++) {
      retry.hurry();
      save();
      const until = issued;
      if (ended < until) await new Promise<void>((resolve) => waiting.push({ until, resolve }));
      if (!isDown) return { saved: true };
    }
    return error ? { saved: false, error } : { saved: true };
  }

  return {
    flush,
    error: () => error,
    isPending: () => ended < issued || volume.isDirty(),
    isReadOnly: () => isReadOnly,
    failure: () => error && (error.code === 'QUOTA' ? ERRNO.ENOSPC : ERRNO.EIO),
    changed() {
      unsavedSince ??= ports.now();
      if (isPlanned) return;
      isPlanned = true;
      queueMicrotask(() => {
        isPlanned = false;
        save();
        tell();
      });
    },
    point() {
      if (pace.isAllowed()) save();
    },
    pace() {
      const isDue = ports.now() - (unsavedSince ?? ports.now()) > UNSAVED_MS || volume.pendingBytes() > UNSAVED_BYTES;
      if (isDue && pace.isAllowed()) save();
    },
    sync: save,
    hurry: retry.hurry,
    setReadOnly(next) {
      isReadOnly = next;
    },
    close() {
      isReadOnly = true;
      retry.reset();
    },
  };
}
