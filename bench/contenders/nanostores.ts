import { persistentJSON } from '@nanostores/persistent';
import type { WritableAtom } from 'nanostores';
import type { Four, KeySubject, Slot } from '../groups/key-subject.ts';

export function open(name: string, count: number): KeySubject {
  const atoms = Array.from({ length: count }, (_, key) => persistentJSON<unknown>(`${name}:${key}`, 0));
  const four = atoms as unknown as Four<WritableAtom<number>>;
  let last = 0;
  return {
    followsTabs: true,
    get: (key) => atoms[key]?.get(),
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += four[(i & 3) as Slot].get();
      return sum;
    },
    sets(times) {
      for (let i = 0; i < times; i++) four[0].set(++last);
    },
    set: (key, value) => atoms[key]?.set(value),
    durable: async () => {},
    subscribe(listener) {
      const stops = atoms.map((atom) => atom.listen(() => listener()));
      return () => {
        for (const stop of stops) stop();
      };
    },
    close() {},
  };
}
