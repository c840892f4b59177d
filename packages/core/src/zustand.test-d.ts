import { expectTypeOf, test } from 'vitest';
import { create } from 'zustand';
import { devtools, type PersistOptions, persist, subscribeWithSelector } from 'zustand/middleware';
import { createStore as createVanilla } from 'zustand/vanilla';
import { createStore, memory } from './index.ts';
import { syncStore, type ZustandPersistOptions, zustandPersist } from './zustand.ts';

interface App {
  theme: 'light' | 'dark';
  count: number;
  up(): void;
}

const store = createStore({ name: 'app', storage: memory() });
const initial = (): App => ({ theme: 'light', count: 0, up() {} });

test('the result is what persist takes, and the state is inferred from create', () => {
  const useApp = create<App>()(persist(initial, zustandPersist(store, 'app', { version: 1, migrate: (old) => old as App })));
  expectTypeOf(useApp.getState()).toEqualTypeOf<App>();
  expectTypeOf(useApp.persist.hasHydrated()).toBeBoolean();
  expectTypeOf(zustandPersist<App>(store, 'app')).toEqualTypeOf<PersistOptions<App, App>>();
  expectTypeOf<ZustandPersistOptions<App>>().not.toHaveProperty('storage');
});

test('partialize gets the state, and what it returns is what migrate must return', () => {
  create<App>()(
    persist(
      initial,
      zustandPersist(store, 'app', {
        partialize: (state) => {
          expectTypeOf(state).toEqualTypeOf<App>();
          return { theme: state.theme };
        },
        migrate: (old, version) => {
          expectTypeOf(old).toBeUnknown();
          expectTypeOf(version).toBeNumber();
          return { theme: 'dark' as const };
        },
      }),
    ),
  );
  // @ts-expect-error: there is no such field to keep
  create<App>()(persist(initial, zustandPersist(store, 'app', { partialize: ({ colour }) => ({ colour }) })));
  // @ts-expect-error: a version is a number
  create<App>()(persist(initial, zustandPersist(store, 'app', { version: '1' })));
  // @ts-expect-error: the name is given once
  zustandPersist<App>(store, 'app', { name: 'other' });
});

test('syncStore takes any store with persist in it, and no other', () => {
  expectTypeOf(syncStore(create<App>()(persist(initial, zustandPersist(store, 'app'))))).toEqualTypeOf<() => void>();
  syncStore(createVanilla<App>()(persist(initial, zustandPersist(store, 'app'))));
  syncStore(create<App>()(devtools(persist(initial, zustandPersist(store, 'app')))));
  syncStore(create<App>()(subscribeWithSelector(persist(initial, zustandPersist(store, 'app')))));
  // @ts-expect-error: nothing of it is kept
  syncStore(create<App>()(initial));
});
