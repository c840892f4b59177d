import type { Ports } from '../ports.ts';

/** Long work in short steps, each of a few milliseconds at most. */
export type Steps<T> = Generator<undefined, T>;

/** Up to so many documents are looked through in less than a frame, so that the first render has rows. */
export const AT_ONCE = 5_000;
export const SLICE_MS = 8;

export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs steps in tasks of about so many milliseconds, the first of them now. Returns the cancel function. */
export function runInSlices(
  steps: Steps<void>,
  sliceMs: number,
  { now, delay, pause }: Pick<Ports, 'now' | 'delay' | 'pause'>,
  ended: (error?: unknown) => void,
): () => void {
  let isCancelled = false;
  let cancel = (): void => {};

  function slice(): void {
    if (isCancelled) return;
    const endMs = now() + sliceMs;
    try {
      while (!steps.next().done)
        if (now() >= endMs) {
          if (pause) void pause().then(slice);
          else cancel = delay(slice, 0);
          return;
        }
    } catch (error) {
      ended(error);
      return;
    }
    ended();
  }

  slice();
  return () => {
    isCancelled = true;
    cancel();
  };
}

/** Makes a pause, at most once in so many milliseconds: for work that is asynchronous anyway. */
export function pacer({ now, pause }: Pick<Ports, 'now' | 'pause'>): () => Promise<void> {
  let endMs = now() + SLICE_MS;
  return async () => {
    if (!pause || now() < endMs) return;
    await pause();
    endMs = now() + SLICE_MS;
  };
}
