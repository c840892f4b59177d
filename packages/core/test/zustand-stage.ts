import { persist } from 'zustand/middleware';
import { createStore as createZustand, type Mutate, type StoreApi } from 'zustand/vanilla';
import { createStore, memory, type StorageDriver, type Store, StoreError, type StoreErrorCode } from '../src/index.ts';
import { encodePath } from '../src/key-path.ts';
import { createWorld, type TestTab, type TestWorld } from '../src/testing/index.ts';
import { type ZustandPersistOptions, zustandPersist } from '../src/zustand.ts';

export interface App {
  theme: string;
  todos: string[];
  add(todo: string): unknown;
}

export type AppStore = Mutate<StoreApi<App>, [['zustand/persist', unknown]]>;

export const DARK = { theme: 'dark', todos: ['a', 'b', 'c'] };

/** A zustand store that is kept under the name `app`. */
export function createApp(store: Store, options: ZustandPersistOptions<App, unknown> = {}): AppStore {
  return createZustand<App>()(
    persist(
      (set) => ({ theme: 'light', todos: [], add: (todo) => set(({ todos }) => ({ todos: [...todos, todo] })) }),
      zustandPersist(store, 'app', options),
    ),
  );
}

/** The state of an app without its functions. */
export function shown(app: AppStore): unknown {
  return JSON.parse(JSON.stringify(app.getState()));
}

const PATH = encodePath(['test', 'app']);

type Method = 'get' | 'commit';

export interface Stage {
  readonly world: TestWorld;
  /** What `store.onError` heard, in every tab. */
  readonly errors: StoreErrorCode[];
  openTab(): Tab;
  /** From now on these calls fail; without a code they work again. */
  fail(method: Method, code?: StoreErrorCode): void;
  /** These calls wait until the function is called that it returns. */
  hold(method: Method): () => void;
  /** Commits that have taken place. */
  commits(): number;
  /** What is stored for a zustand store. */
  stored(name?: string): Promise<unknown>;
  /** Stores it as a zustand store of an earlier session has; `undefined` removes it. No tab is told. */
  seed(state: unknown, version?: number): Promise<void>;
  /** Lays a value into the storage as it is. */
  put(value: unknown): Promise<void>;
}

export interface Tab extends TestTab {
  readonly store: Store;
}

/** Tabs of one browser over one storage. */
export function stage(storage: StorageDriver = memory()): Stage {
  const world = createWorld();
  const errors: StoreErrorCode[] = [];
  const failing = new Map<Method, StoreErrorCode>();
  const gates = new Map<Method, Promise<void>>();
  let commits = 0;

  async function pass(method: Method): Promise<void> {
    await gates.get(method);
    const code = failing.get(method);
    if (code) throw new StoreError(code, 'Cannot go on: a test makes it fail');
  }

  const driver: StorageDriver = {
    ...storage,
    async get(key) {
      await pass('get');
      return storage.get(key);
    },
    async commit(...call) {
      await pass('commit');
      const done = await storage.commit?.(...call);
      if (done) commits++;
      return done;
    },
  };

  const put = (value: unknown): Promise<void> => storage.set(PATH, value);

  return {
    world,
    errors,
    openTab() {
      const tab = world.openTab();
      const store = createStore({ name: 'test', storage: driver, ports: tab.ports, onError: (error) => errors.push(error.code) });
      return { ...tab, store: store as unknown as Store };
    },
    fail(method, code) {
      if (code) failing.set(method, code);
      else failing.delete(method);
    },
    hold(method) {
      let release = (): void => {};
      gates.set(method, new Promise((resolve) => (release = resolve)));
      return () => {
        gates.delete(method);
        release();
      };
    },
    commits: () => commits,
    async stored(name = 'app') {
      const value = (await storage.get(encodePath(['test', name])))?.value;
      return typeof value === 'string' ? JSON.parse(value) : value;
    },
    async seed(state, version = 0) {
      if (state === undefined) await storage.delete(PATH);
      else await put(storage.holds === 'text' ? JSON.stringify({ state, version }) : { state, version });
    },
    put,
  };
}
