import { createStore, type WritableAtom } from 'jotai/vanilla';
import { atomWithStorage } from 'jotai/vanilla/utils';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

export function open(name: string, count: number): KeySubject {
  const store = createStore();
  // `getOnInit`: otherwise an atom shows its default until it is mounted.
  const atoms = Array.from({ length: count }, (_, key) => atomWithStorage<unknown>(`${name}:${key}`, 0, undefined, { getOnInit: true }));
  const four = atoms as unknown as Four<WritableAtom<number, [number], void>>;
  let last = 0;
  return {
    followsTabs: true,
    get: (key) => store.get(atoms[key] as (typeof atoms)[number]),
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += store.get(four[(i & 3) as Slot]);
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) store.set(four[0], ++last);
    },
    set: (key, value) => store.set(atoms[key] as (typeof atoms)[number], value),
    durable: async () => {},
    subscribe(listener) {
      const stops = atoms.map((atom) => store.sub(atom, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    close() {},
  };
}
