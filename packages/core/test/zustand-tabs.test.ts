import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { persist } from 'zustand/middleware';
import { createStore as createZustand } from 'zustand/vanilla';
import { syncStore, type ZustandPersistOptions, zustandPersist } from '../src/zustand.ts';
import { type App, type AppStore, createApp, DARK, type Stage, shown, stage } from './zustand-stage.ts';

/** Two tabs in step, with `DARK` stored. */
async function twoTabs({ openTab, seed, world }: Stage, options?: ZustandPersistOptions<App, unknown>, isSynced = true) {
  await seed(DARK, options?.version);
  const open = () => {
    const app = createApp(openTab().store, options);
    if (isSynced) syncStore(app);
    return app;
  };
  const tabs = [open(), open()] as const;
  await world.settle();
  return tabs;
}

test('two tabs that change different fields in the same turn both keep theirs', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  const saves = [a.setState({ theme: 'blue' }), b.getState().add('d')];
  expect(await Promise.all(saves)).toEqual([{ saved: true }, { saved: true }]);
  await set.world.settle();
  const both = { theme: 'blue', todos: [...DARK.todos, 'd'] };
  expect([shown(a), shown(b), await set.stored()]).toEqual([both, both, { state: both, version: 0 }]);
});

test('two tabs that do not follow each other do not undo each other either', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set, undefined, false);
  await a.setState({ theme: 'blue' });
  await b.getState().add('d');
  await b.getState().add('e');
  await a.setState({ theme: 'green' });
  expect(await set.stored()).toEqual({ state: { theme: 'green', todos: [...DARK.todos, 'd', 'e'] }, version: 0 });
  await b.setState({ theme: 'red' });
  await a.setState({ todos: [] });
  expect(await set.stored()).toEqual({ state: { theme: 'red', todos: [] }, version: 0 });
});

test('simultaneous sets of one field end equal in both tabs and in storage', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  void a.setState({ theme: 'A' });
  void b.setState({ theme: 'B' });
  await set.world.settle();
  expect(shown(a)).toEqual(shown(b));
  expect(await set.stored()).toEqual({ state: shown(a), version: 0 });
});

test('a set inside an action, and one from outside, arrive in the other tab', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  void a.getState().add('d');
  await set.world.settle();
  expect(b.getState().todos).toEqual([...DARK.todos, 'd']);
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(b.getState().theme).toBe('blue');
});

test('a new tab shows what the others have, and one that writes at once loses nothing', async () => {
  const set = stage();
  const [a] = await twoTabs(set);
  void a.setState({ theme: 'blue' });
  const late = createApp(set.openTab().store);
  syncStore(late);
  void late.getState().add('new');
  await set.world.settle();
  expect(shown(late)).toEqual({ theme: 'blue', todos: ['new'] });
  expect(shown(a)).toEqual(shown(late));
});

test('what another tab changed is neither written back nor told again', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  const told = [vi.fn(), vi.fn()];
  a.subscribe(told[0] as () => void);
  b.subscribe(told[1] as () => void);
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  await set.world.advance(20_000);
  expect(set.commits()).toBe(1);
  expect(told.map((each) => each.mock.calls.length)).toEqual([1, 1]);
});

test('a field that did not change keeps its identity, and callbacks of hydration do not run again', async () => {
  const set = stage();
  const post = vi.fn();
  const [a, b] = await twoTabs(set, { onRehydrateStorage: () => post });
  const { todos, add } = b.getState();
  post.mockClear();
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(b.getState()).toMatchObject({ theme: 'blue' });
  expect(b.getState().todos).toBe(todos);
  expect(b.getState().add).toBe(add);
  expect(b.persist.hasHydrated()).toBe(true);
  expect(post).not.toHaveBeenCalled();
});

test('a removal in another tab brings the initial state back, and nothing resurrects', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  a.persist.clearStorage();
  await set.world.settle();
  expect(b.getState()).toBe(b.getInitialState());
  expect(shown(a)).toEqual(DARK);
  expect(await set.stored()).toBeUndefined();
  await b.getState().add('x');
  await set.world.settle();
  expect(await set.stored()).toEqual({ state: { theme: 'light', todos: ['x'] }, version: 0 });
  expect(shown(a)).toEqual({ theme: 'light', todos: ['x'] });
});

test('a removal that crosses a change leaves the initial state with that change', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  const release = set.hold('get');
  void b.setState({ theme: 'blue' });
  await set.world.settle();
  a.persist.clearStorage();
  await set.world.settle();
  expect(await set.stored()).toBeUndefined();
  release();
  await set.world.settle();
  expect(await set.stored()).toEqual({ state: { theme: 'blue', todos: [] }, version: 0 });
  expect(shown(b)).toEqual({ theme: 'blue', todos: [] });
});

test('a change that waits to be stored stays shown when what it lies on is removed', async () => {
  const set = stage();
  const [, b] = await twoTabs(set);
  const release = set.hold('commit');
  void b.setState({ theme: 'blue' });
  await set.seed(undefined);
  await set.world.advance(5_000);
  expect(shown(b)).toEqual({ theme: 'blue', todos: [] });
  release();
  await set.world.settle();
  expect(await set.stored()).toEqual({ state: { theme: 'blue', todos: [] }, version: 0 });
});

test('who clears and hydrates again shows what others store then', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  a.persist.clearStorage();
  await a.persist.rehydrate();
  await set.world.settle();
  expect(shown(a)).toEqual(DARK);
  await b.getState().add('x');
  await set.world.settle();
  expect(shown(a)).toEqual({ theme: 'light', todos: ['x'] });
});

test('what another tab stores again after clearStorage is what is hydrated and changed here, also when it is equal', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  a.persist.clearStorage();
  await set.world.settle();
  await b.setState(DARK);
  await set.world.settle();
  await a.persist.rehydrate();
  expect(shown(a)).toEqual(DARK);
  await a.setState({ theme: 'blue' });
  expect(await set.stored()).toEqual({ state: { ...DARK, theme: 'blue' }, version: 0 });
});

test('syncStore shows at once what others have changed before', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set, undefined, false);
  await a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(b.getState().theme).toBe('dark');
  syncStore(b);
  expect(b.getState().theme).toBe('blue');
});

test('what another program has broken in storage changes nothing here', async () => {
  const set = stage();
  const [a] = await twoTabs(set);
  await set.put({ $holdfast: 'broken' });
  await set.world.advance(5_000);
  expect(set.errors).toContain('CORRUPT');
  expect(shown(a)).toEqual(DARK);
});

test('what an older build stores anew is migrated here', async () => {
  const set = stage();
  const [a] = await twoTabs(set, { version: 1, migrate: (old) => ({ ...(old as object), theme: 'migrated' }) });
  await set.seed({ theme: 'old', todos: ['x'] }, 0);
  await set.world.advance(5_000);
  expect(shown(a)).toEqual({ theme: 'migrated', todos: ['x'] });
  expect(await set.stored()).toEqual({ state: { theme: 'migrated', todos: ['x'] }, version: 1 });
});

test('store.destroy brings the initial state back in every tab', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  const { store } = set.openTab();
  createApp(store);
  await store.destroy();
  await set.world.settle();
  await set.world.advance(5_000);
  expect([shown(a), shown(b)]).toEqual([
    { theme: 'light', todos: [] },
    { theme: 'light', todos: [] },
  ]);
});

test('a field that another tab took out is gone here too', async () => {
  const set = stage();
  const open = () => {
    const app = createZustand<Record<string, number>>()(persist(() => ({}), zustandPersist(set.openTab().store, 'app')));
    syncStore(app);
    return app;
  };
  const [a, b] = [open(), open()];
  await set.world.settle();
  void a.setState({ x: 1, y: 2 });
  await set.world.settle();
  expect(b.getState()).toEqual({ x: 1, y: 2 });
  void b.setState({ y: 2 }, true);
  await set.world.settle();
  expect([a.getState(), b.getState()]).toStrictEqual([{ y: 2 }, { y: 2 }]);
});

test('a change that a subscriber makes while a remote one is shown is stored', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  b.subscribe(({ theme, todos }) => {
    if (theme === 'blue' && !todos.includes('seen')) void b.getState().add('seen');
  });
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(await set.stored()).toEqual({ state: { theme: 'blue', todos: [...DARK.todos, 'seen'] }, version: 0 });
  expect(shown(a)).toEqual(shown(b));
});

test('with partialize only its part is shared, and with a merge of the app that one shows it', async () => {
  const set = stage();
  const options: ZustandPersistOptions<App, unknown> = {
    partialize: ({ theme }) => ({ colour: theme }),
    merge: (stored, current) => ({ ...current, ...(stored ? { theme: (stored as { colour: string }).colour } : {}) }),
  };
  const open = () => {
    const app = createApp(set.openTab().store, options);
    syncStore(app);
    return app;
  };
  const [a, b] = [open(), open()];
  await set.world.settle();
  void b.getState().add('mine');
  const told = vi.fn();
  a.subscribe(told);
  void a.setState({ theme: 'blue', todos: ['hers'] });
  await set.world.settle();
  expect(told).toHaveBeenCalledOnce();
  expect(await set.stored()).toEqual({ state: { colour: 'blue' }, version: 0 });
  expect(shown(b)).toEqual({ theme: 'blue', todos: ['mine'] });
});

test('a newer build in another tab makes this one read-only', async () => {
  const set = stage();
  const [a] = await twoTabs(set);
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const newer = createApp(set.openTab().store, { version: 1, migrate: (state) => ({ ...(state as object), extra: true }) });
  await set.world.settle();
  expect(newer.persist.hasHydrated()).toBe(true);
  expect(await a.setState({ theme: 'blue' })).toMatchObject({ saved: false, error: { code: 'NEWER_DATA' } });
  expect(a.getState().theme).toBe('blue');
  expect(await set.stored()).toEqual({ state: { ...DARK, extra: true }, version: 1 });
});

test('a Map stays what it is in both tabs, and is written once', async () => {
  const set = stage();
  const open = () => {
    const app = createZustand(persist(() => ({ tags: new Map<string, number>(), n: 0 }), zustandPersist(set.openTab().store, 'app')));
    syncStore(app);
    return app;
  };
  const [a, b] = [open(), open()];
  await set.world.settle();
  void a.setState({ tags: new Map([['x', 1]]) });
  await set.world.settle();
  void b.setState({ n: 1 });
  await set.world.settle();
  expect([a.getState(), b.getState()]).toEqual(Array(2).fill({ tags: new Map([['x', 1]]), n: 1 }));
  expect(set.commits()).toBe(2);
});

test('two zustand stores of one tab on one name follow each other', async () => {
  const set = stage();
  const { store } = set.openTab();
  const [a, b] = [createApp(store), createApp(store)];
  syncStore(a);
  syncStore(b);
  await set.world.settle();
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(b.getState().theme).toBe('blue');
  expect(set.commits()).toBe(1);
});

test('after the stop function nothing is shown any more', async () => {
  const set = stage();
  const [a] = await twoTabs(set);
  const b = createApp(set.openTab().store);
  const stop = syncStore(b);
  await set.world.settle();
  stop();
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  expect(b.getState().theme).toBe('dark');
});

test('a tab whose write was refused for lack of space still follows the others, and its change is made up for', async () => {
  const set = stage();
  const [a, b] = await twoTabs(set);
  set.fail('commit', 'QUOTA');
  void a.setState({ theme: 'blue' });
  await set.world.settle();
  set.fail('commit');
  await set.world.advance(5_000);
  void b.setState({ theme: 'green' });
  await set.world.settle();
  expect([shown(a), shown(b)]).toEqual(Array(2).fill({ theme: 'green', todos: DARK.todos }));
});

test('syncStore refuses a store without a storage of ours', () => {
  const plain = createZustand(persist(() => ({}), { name: 'app', storage: undefined }));
  expect(() => syncStore(plain)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  const other = createZustand(persist(() => ({}), { name: 'app', storage: { getItem: () => null, setItem() {}, removeItem() {} } }));
  expect(() => syncStore(other)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

const kinds = ['theme', 'todos', 'clear', 'rehydrate', 'settle', 'lose hints', 'hear hints'] as const;

function play(set: Stage, tabs: readonly AppStore[], kind: (typeof kinds)[number], tab: number, value: string): unknown {
  const app = tabs[tab] as AppStore;
  switch (kind) {
    case 'theme':
      return void app.setState({ theme: value });
    case 'todos':
      return void app.setState({ todos: [value] });
    case 'clear':
      return app.persist.clearStorage();
    case 'rehydrate':
      return void app.persist.rehydrate();
    case 'settle':
      return set.world.settle();
    default:
      return set.world.setBus(kind === 'lose hints' ? 'drop' : 'deliver');
  }
}

function syncedTabs(set: Stage, count: number): AppStore[] {
  return Array.from({ length: count }, () => {
    const app = createApp(set.openTab().store);
    syncStore(app);
    return app;
  });
}

test('whatever three tabs do and whatever hints are lost, all end as storage is, and then nothing is written any more', async () => {
  const step = fc.record({ kind: fc.constantFrom(...kinds), tab: fc.nat(2), value: fc.constantFrom('a', 'b', 'c', 'light') });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const set = stage();
      const tabs = syncedTabs(set, 3);
      const clearing = new Set<number>();
      for (const { kind, tab, value } of steps) {
        if (kind === 'clear') clearing.add(tab);
        await play(set, tabs, kind, tab, value);
      }
      await set.world.advance(10_000);
      const stored = (await set.stored()) as { state: unknown } | undefined;
      const commits = set.commits();
      for (const [tab, app] of tabs.entries()) {
        // Whoever clears goes on showing what it had, as zustand has it.
        if (stored || !clearing.has(tab)) expect(shown(app)).toEqual(stored?.state ?? { theme: 'light', todos: [] });
      }
      await set.world.advance(10_000);
      expect(set.commits()).toBe(commits);
    }),
    { numRuns: 100 },
  );
});

test('of two tabs that change a field each, in whatever order, both have the last of their changes stored', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('theme' as const), tab: fc.constant(0), value: fc.string() }),
    fc.record({ kind: fc.constant('todos' as const), tab: fc.constant(1), value: fc.string() }),
    fc.record({ kind: fc.constantFrom('rehydrate', 'settle', 'lose hints', 'hear hints'), tab: fc.nat(1), value: fc.constant('') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const set = stage();
      await set.seed(DARK);
      const tabs = syncedTabs(set, 2);
      const expected = { ...DARK };
      for (const { kind, tab, value } of steps) {
        // Set to what it was at the start it is no change that hydration could tell from none.
        const next = kind === 'theme' && value === 'light' ? 'dark' : value;
        if (kind === 'theme') expected.theme = next;
        if (kind === 'todos') expected.todos = [next];
        await play(set, tabs, kind, tab, next);
      }
      await set.world.advance(10_000);
      expect([await set.stored(), ...tabs.map(shown)]).toEqual([{ state: expected, version: 0 }, expected, expected]);
    }),
    { numRuns: 100 },
  );
});
