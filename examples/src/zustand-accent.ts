import { syncStore, zustandPersist } from '@holdfast/core/zustand';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { store } from './state.ts';

export const accents = { kelp: 172, lagoon: 240, urchin: 305 };
export type Accent = keyof typeof accents;

interface AccentState {
  accent: Accent;
  setAccent: (accent: Accent) => void;
}

/** A zustand store like any other, kept by zustand's own `persist`; `syncStore` brings in the other tabs. */
export const useAccent = create<AccentState>()(
  persist(
    (set) => ({ accent: 'kelp', setAccent: (accent) => set({ accent }) }),
    zustandPersist(store, 'accent', { partialize: ({ accent }) => ({ accent }) }),
  ),
);

syncStore(useAccent);

useAccent.subscribe(({ accent }) => document.documentElement.style.setProperty('--hue', `${accents[accent]}`));
