import type { Ports } from '../ports.ts';

const MOST = 36 ** 3;

/** Ids of 20 characters that sort in the order in which they were made: in one tab exactly, between tabs to the millisecond. */
export function timeOrderedIds({ now, randomId }: Pick<Ports, 'now' | 'randomId'>): () => string {
  let maker: string | undefined;
  let time = 0;
  let count = 0;
  return () => {
    maker ??= randomId().padStart(8, '0').slice(-8);
    const nowMs = now();
    if (nowMs > time || ++count === MOST) {
      time = Math.max(nowMs, time + 1);
      count = 0;
    }
    return time.toString(36).padStart(9, '0') + count.toString(36).padStart(3, '0') + maker;
  };
}
