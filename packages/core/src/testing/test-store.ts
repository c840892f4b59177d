import type { StorageDriver } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import type { Collections, Keys } from '../registry.ts';
import { createStore } from '../store.ts';
import type { Store } from '../store-interface.ts';
import { type FaultDriver, faultDriver } from './fault-driver.ts';
import { createWorld, type TestTab, type TestWorld } from './world.ts';

export interface TestStore<K extends Keys, C extends Collections = Record<never, never>> {
  /** The store of the first tab. */
  readonly store: Store<K, C>;
  /** One store a tab: the same name, the same storage. */
  readonly stores: readonly Store<K, C>[];
  readonly tabs: readonly TestTab[];
  readonly world: TestWorld;
  /** Makes the storage fail or wait. */
  readonly storage: FaultDriver;
  /** Opens one more tab, as a reload or a new start does. */
  openTab(): Store<K, C>;
}

/** Several tabs of an app in one process: for tests of an app's own code, without a browser. */
export function createTestStore<const K extends Keys = Record<never, never>, const C extends Collections = Record<never, never>>({
  keys,
  collections,
  tabs: count = 1,
  name = 'test',
  storage = memory(),
}: {
  keys?: K;
  collections?: C;
  tabs?: number;
  name?: string;
  storage?: StorageDriver;
}): TestStore<K, C> {
  const world = createWorld();
  const faults = faultDriver(storage);
  const stores: Store<K, C>[] = [];
  const tabs: TestTab[] = [];

  function openTab(): Store<K, C> {
    const tab = world.openTab();
    // The registry was checked against its storage where the app declares it.
    const store = createStore<Keys, StorageDriver, Collections>({
      name,
      storage: faults.driver,
      keys: keys ?? {},
      collections: collections ?? {},
      ports: tab.ports,
    }) as unknown as Store<K, C>;
    tabs.push(tab);
    stores.push(store);
    return store;
  }

  for (let index = 0; index < count; index++) openTab();
  return { store: stores[0] as Store<K, C>, stores, tabs, world, storage: faults, openTab };
}
