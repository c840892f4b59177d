import { expect, test } from 'vitest';
import { createApp, DARK, stage } from './zustand-stage.ts';

test('store.flush waits for updates', async () => {
  const set = stage();
  const { store } = set.openTab();
  const app = createApp(store);
  await set.world.settle();
  void app.setState(DARK);
  await store.flush();
  expect(await set.stored()).toMatchObject({ state: DARK });
});
test('store.close waits for updates', async () => {
  const set = stage();
  const { store } = set.openTab();
  const app = createApp(store);
  await set.world.settle();
  void app.setState(DARK);
  await store.close();
  expect([await set.stored(), set.errors]).toMatchObject([{ state: DARK }, []]);
});
test('an update is issued in the turn in which the page goes away', async () => {
  const set = stage();
  const tab = set.openTab();
  const app = createApp(tab.store);
  await set.world.settle();
  const release = set.hold('get');
  void app.setState(DARK);
  tab.leave();
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(await set.stored()).toMatchObject({ state: DARK });
  release();
  await set.world.settle();
  expect(await set.stored()).toMatchObject({ state: DARK });
  expect(set.commits()).toBe(1);
});
