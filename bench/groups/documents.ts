import type { Doc } from './document-subject.ts';

const STATUSES = ['open', 'closed', 'blocked'] as const;

/** Always the same numbers in [0, 1): mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function documents(count: number): Doc[] {
  const random = randomNumbers(1);
  return Array.from({ length: count }, (_, index) => ({
    id: idOf(index),
    title: `Task ${index}: call back customer ${Math.floor(random() * 100_000)} about the order and write it down`,
    status: STATUSES[index % 3] as Doc['status'],
    date: 1.7e12 + Math.floor(random() * 5e10),
    priority: Math.floor(random() * 5),
    tags: random() < 0.5 ? ['red', 'big'] : ['blue'],
    v: 0,
  }));
}

export function idOf(index: number): string {
  return `d${String(index).padStart(7, '0')}`;
}

/** How many of so many are open. */
export function openOf(count: number): number {
  return Math.ceil(count / 3);
}

export const FIRST = 50;
