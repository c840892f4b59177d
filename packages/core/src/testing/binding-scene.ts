import type { StorageDriver } from '../driver.ts';
import { type Key, key } from '../keys/key.ts';
import type { Persisted } from '../keys/persisted.ts';
import type { Observable } from '../observable.ts';
import { createStore } from '../store.ts';
import type { Store } from '../store-interface.ts';
import type { BindingHarness, BindingLaw, BindingPlace, Mounted, MountOptions } from './binding-harness.ts';

export interface Box {
  readonly n: number;
}

/** One run of a law: its stores share a name that no other run has, and all is closed at the end. */
export interface Scene extends BindingPlace {
  mount(value: Persisted<Box>, options?: MountOptions): Mounted<Box>;
  act: BindingHarness['act'];
  /** A new store of the scene's name, as a reload or another tab makes it. */
  open(storage: StorageDriver): Store<Keys>;
  /** The box in such a store, when it has been read. */
  ready(storage: StorageDriver): Promise<Persisted<Box>>;
  until(condition: () => boolean, what: string): Promise<void>;
}

export interface Keys extends Record<string, Key<Box>> {
  readonly box: Key<Box>;
  readonly other: Key<Box>;
}

const DEADLINE_MS = 4_000;

/** Lets the framework work until something holds; fails after four seconds. */
export function waiting(act: BindingHarness['act']): Scene['until'] {
  return async (condition, what) => {
    const endMs = Date.now() + DEADLINE_MS;
    while (!condition()) {
      if (Date.now() > endMs) throw new Error(`${what} does not arrive within ${DEADLINE_MS} ms`);
      await act(() => new Promise<void>((resolve) => setTimeout(resolve, 5)));
    }
  };
}

export function law(name: string, body: (scene: Scene) => Promise<void>): BindingLaw {
  return {
    name,
    async run({ mount, act }, place) {
      const storeName = `law ${crypto.randomUUID()}`;
      const stores: Store<Keys>[] = [];
      const components: Mounted<Box>[] = [];
      const scene: Scene = {
        ...place,
        act,
        mount(value, options) {
          const mounted = mount(value, options);
          components.push(mounted);
          return mounted;
        },
        open(storage) {
          const store = openStore(storeName, storage);
          stores.push(store);
          return store;
        },
        async ready(storage) {
          const { box } = scene.open(storage).keys;
          await box.ready;
          return box;
        },
        until: waiting(act),
      };
      try {
        await body(scene);
      } finally {
        await act(() => {
          for (const mounted of components) mounted.unmount();
        });
        for (const store of stores) await store.close();
      }
    },
  };
}

export function openStore(name: string, storage: StorageDriver): Store<Keys> {
  const keys: Keys = { box: key<Box>({ n: 0 }), other: key<Box>({ n: -1 }) };
  return createStore({ name, storage, keys, onError: () => {} });
}

export function same(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/** The same value, with its listeners (those of its status too) counted. */
export function counted(value: Persisted<Box>): { value: Persisted<Box>; listeners(): number } {
  let listeners = 0;
  const subscribe = (to: Observable<unknown>) => (listener: () => void) => {
    const unsubscribe = to.subscribe(listener);
    listeners++;
    let isOver = false;
    return () => {
      if (!isOver) listeners--;
      isOver = true;
      unsubscribe();
    };
  };
  const status = { ...value.status, subscribe: subscribe(value.status) };
  // Inherits, because a copy would ask for `ready` and so begin to read.
  return { value: Object.create(value, { subscribe: { value: subscribe(value) }, status: { value: status } }), listeners: () => listeners };
}

/** The same storage, with the writes that are asked of it counted. */
export function counting(storage: StorageDriver): { storage: StorageDriver; writes(): number } {
  let writes = 0;
  const watch = (driver: StorageDriver): StorageDriver => ({
    ...driver,
    ...(driver.named && { named: (name, ports) => watch(driver.named?.(name, ports) ?? driver) }),
    async commit(operations, options) {
      writes++;
      return driver.commit?.(operations, options);
    },
  });
  return { storage: watch(storage), writes: () => writes };
}
