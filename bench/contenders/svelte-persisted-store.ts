import { get, type Writable } from 'svelte/store';
import { persisted } from 'svelte-persisted-store';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

export function open(name: string, count: number): KeySubject {
  const stores = Array.from({ length: count }, (_, key) => persisted<unknown>(`${name}:${key}`, 0));
  const four = stores as unknown as Four<Writable<number>>;
  let last = 0;
  return {
    followsTabs: true,
    get: (key) => get(stores[key] as (typeof stores)[number]),
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += get(four[(i & 3) as Slot]);
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) four[0].set(++last);
    },
    set: (key, value) => stores[key]?.set(value),
    durable: async () => {},
    subscribe(listener) {
      const stops = stores.map((store) => store.subscribe(() => listener()));
      return () => {
        for (const stop of stops) stop();
      };
    },
    close() {},
  };
}
