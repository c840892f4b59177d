export type { BindingHarness, BindingLaw, BindingPlace, Mounted, MountOptions, ServerHarness, ServerLaw } from './binding-harness.ts';
export { bindingLaws, serverLaws } from './binding-laws.ts';
export {
  type CollectionServerLaw,
  collectionLaws,
  collectionServerLaws,
} from './collection-laws.ts';
export type { CollectionHarness, CollectionLaw, ListOptions, MountedList, MountedOne, Note, NoteQuery } from './collection-scene.ts';
export type { DriverLaw, DriverLawContext } from './driver-law.ts';
export { driverLaws } from './driver-laws.ts';
export { type FaultDriver, faultDriver } from './fault-driver.ts';
export { kvLaws } from './kv-laws.ts';
export { createTestStore, type TestStore } from './test-store.ts';
export { createWorld, type TestTab, type TestWorld } from './world.ts';
