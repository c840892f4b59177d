import { Profiler, useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { render } from 'vitest-browser-react';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { createStore, indexedDb, local, type StorageDriver, type Store } from '../src/index.ts';
import { syncStore, zustandPersist } from '../src/zustand.ts';

interface App {
  theme: string;
  files: Record<string, Blob>;
  setTheme(theme: string): unknown;
}

const opened: Store[] = [];
let names = 0;

/** Machines that run many tests at once answer late. */
const PATIENT = { timeout: 10_000 };

/** The same app in one more tab: a store of its own over the same storage. */
function openTab(name: string, storage: StorageDriver) {
  const store = createStore({ name, storage }) as unknown as Store;
  opened.push(store);
  const useApp = create<App>()(
    persist((set) => ({ theme: 'light', files: {}, setTheme: (theme) => set({ theme }) }), zustandPersist(store, 'app')),
  );
  syncStore(useApp);
  return useApp;
}

function freshName(): string {
  return `zustand-${++names}-${Math.random()}`;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  localStorage.clear();
});

test('a component shows what another tab changes in IndexedDB, with one render for it', async () => {
  const name = freshName();
  const [useMine, theirs] = [openTab(name, indexedDb()), openTab(name, indexedDb())];
  await expect.poll(() => useMine.persist.hasHydrated() && theirs.persist.hasHydrated(), PATIENT).toBe(true);
  let renders = 0;
  function Theme() {
    const theme = useMine((state) => state.theme);
    const setTheme = useMine((state) => state.setTheme);
    return <button onClick={() => setTheme('green')}>{theme}</button>;
  }
  const screen = await render(
    <Profiler id="theme" onRender={() => renders++}>
      <Theme />
    </Profiler>,
  );
  await expect.element(screen.getByRole('button'), PATIENT).toHaveTextContent('light');
  renders = 0;
  theirs.setState({ theme: 'blue' });
  await expect.element(screen.getByRole('button'), PATIENT).toHaveTextContent('blue');
  theirs.setState({ files: { a: new Blob(['bytes']) } });
  await expect.poll(() => Object.keys(useMine.getState().files), PATIENT).toEqual(['a']);
  expect(renders).toBe(1);
  await screen.getByRole('button').click();
  await expect.poll(() => theirs.getState().theme, PATIENT).toBe('green');
  expect(await useMine.getState().files.a?.text()).toBe('bytes');
});

test('two tabs that change different fields in one turn both keep theirs, in IndexedDB and after a reload', async () => {
  const name = freshName();
  const [mine, theirs] = [openTab(name, indexedDb()), openTab(name, indexedDb())];
  await expect.poll(() => mine.persist.hasHydrated() && theirs.persist.hasHydrated(), PATIENT).toBe(true);
  await Promise.all([mine.setState({ theme: 'blue' }), theirs.setState({ files: { a: new Blob(['bytes']) } })]);
  const reloaded = openTab(name, indexedDb());
  reloaded.setState({});
  for (const app of [mine, theirs, reloaded]) {
    await expect.poll(() => [app.getState().theme, Object.keys(app.getState().files)], PATIENT).toEqual(['blue', ['a']]);
  }
});

test('an early change in a component is kept, and what was stored too', async () => {
  const name = freshName();
  const before = openTab(name, indexedDb());
  await before.setState({ theme: 'dark', files: { a: new Blob(['bytes']) } });
  const useApp = openTab(name, indexedDb());
  function Early() {
    const { theme, files, setTheme } = useApp();
    const [isSet, setIsSet] = useState(false);
    if (!isSet) {
      setIsSet(true);
      queueMicrotask(() => setTheme('blue'));
    }
    return <p>{`${theme} ${Object.keys(files)}`}</p>;
  }
  const screen = await render(<Early />);
  await expect.poll(() => screen.container.textContent, PATIENT).toBe('blue a');
  expect(await useApp.setState({})).toEqual({ saved: true });
});

test('a removal in another document brings the initial state back, in localStorage', async () => {
  const name = freshName();
  const mine = openTab(name, local());
  await mine.setState({ theme: 'blue' });
  expect(mine.persist.hasHydrated()).toBe(true);
  const frame = document.createElement('iframe');
  document.body.append(frame);
  frame.contentWindow?.localStorage.clear();
  await expect.poll(() => mine.getState().theme, PATIENT).toBe('light');
  frame.remove();
  expect(localStorage.length).toBe(0);
});
