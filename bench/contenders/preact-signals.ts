import { effect, type Signal, signal } from '@preact/signals-core';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

export function open(_name: string, count: number): KeySubject {
  const cells = Array.from({ length: count }, () => signal(0));
  const four = cells as unknown as Four<Signal<number>>;
  let last = 0;
  return {
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += four[(i & 3) as Slot].value;
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) four[0].value = ++last;
    },
    subscribe: (listener) =>
      effect(() => {
        for (const cell of cells) void cell.value;
        listener();
      }),
    close() {},
  };
}
