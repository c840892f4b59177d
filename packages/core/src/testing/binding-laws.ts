import { memory } from '../drivers/memory.ts';
import { batch } from '../observable.ts';
import type { BindingLaw, ServerLaw } from './binding-harness.ts';
import { counted, counting, law, openStore, same } from './binding-scene.ts';
import { faultDriver } from './fault-driver.ts';

/** What every binding keeps, on every storage. */
export const bindingLaws: readonly BindingLaw[] = [
  law('the first render shows the stored value where the storage answers at once, else the default until it is read', async (scene) => {
    await (await scene.ready(scene.here())).set({ n: 1 });
    const mounted = scene.mount(scene.open(scene.here()).keys.box);
    const isAtOnce = scene.here().getSync !== undefined;
    same(mounted.text(), isAtOnce ? '{"n":1}' : '{"n":0}', 'the first paint');
    await scene.until(() => mounted.text() === '{"n":1}', 'the stored value');
    same(mounted.renders(), isAtOnce ? 1 : 2, 'renders');
  }),

  law('all changes of one turn are one render', async (scene) => {
    const box = await scene.ready(scene.here());
    const mounted = scene.mount(box);
    await scene.act(() => {
      for (let i = 0; i < 3; i++) void mounted.set(({ n }) => ({ n: n + 1 }));
    });
    same(mounted.text(), '{"n":3}', 'the text');
    same(mounted.renders(), 2, 'renders');
    await scene.act(() => batch(() => void Promise.all([box.set({ n: 7 }), box.reset(), box.set({ n: 8 })])));
    same(mounted.text(), '{"n":8}', 'the text after a batch');
    same(mounted.renders(), 3, 'renders after a batch');
  }),

  law('an equal value renders nothing and keeps the identity', async (scene) => {
    const mounted = scene.mount(await scene.ready(scene.here()));
    await scene.act(() => mounted.set({ n: 1 }));
    const before = mounted.value();
    await scene.act(() => mounted.set({ n: 1 }));
    same(mounted.renders(), 2, 'renders');
    same(mounted.value(), before, 'the object');
  }),

  law('two components of one key have the same object', async (scene) => {
    const box = await scene.ready(scene.here());
    const [first, second] = [scene.mount(box), scene.mount(box)];
    await scene.act(() => first.set({ n: 1 }));
    same(second.text(), '{"n":1}', 'the text of the other one');
    same(second.value(), first.value(), 'the object');
  }),

  law('who reads only the value is not rendered by the status', async (scene) => {
    const box = await scene.ready(scene.here());
    const mounted = scene.mount(box);
    await scene.act(() => mounted.set({ n: 1 }));
    await scene.until(() => box.status.get().persistent, 'the end of the write');
    same(mounted.renders(), 2, 'renders');
  }),

  law('who reads the status follows it', async (scene) => {
    const box = scene.open(scene.here()).keys.box;
    const mounted = scene.mount(box, { status: true });
    await scene.until(() => mounted.status().state === 'ready', 'ready');
    const before = mounted.renders();
    await scene.act(async () => {
      void mounted.set({ n: 1 });
      same(box.status.get().pending, true, 'pending in the store');
    });
    await scene.until(() => !mounted.status().pending, 'the end of the write');
    // One for the value together with `pending`, one for the end; a framework that gathers longer needs one for all.
    same(mounted.renders() - before <= 2, true, 'two renders at most');
  }),

  law('after unmount nothing is rendered and no listener is left', async (scene) => {
    const box = counted(await scene.ready(scene.here()));
    const mounted = scene.mount(box.value, { status: true });
    await scene.act(() => {});
    same(box.listeners() > 0, true, 'a listener while mounted');
    await scene.act(() => mounted.unmount());
    const renders = mounted.renders();
    await scene.act(() => box.value.set({ n: 1 }));
    same(mounted.renders(), renders, 'renders');
    same(box.listeners(), 0, 'listeners');
  }),

  law('another key shows at once and leaves no listener at the one before', async (scene) => {
    const { keys } = scene.open(scene.here());
    await scene.act(() => Promise.all([keys.box.ready, keys.other.ready]));
    const [box, other] = [counted(keys.box), counted(keys.other)];
    const mounted = scene.mount(box.value, { status: true });
    await scene.act(() => mounted.show(other.value));
    same(mounted.text(), '{"n":-1}', 'the text');
    same(box.listeners(), 0, 'listeners at the old one');
    const renders = mounted.renders();
    await scene.act(() => box.value.set({ n: 1 }));
    same(mounted.renders(), renders, 'renders by the old one');
    await scene.act(() => mounted.set({ n: 2 }));
    same(keys.other.get().n, 2, 'the value of the new one');
  }),

  law('a strict double mount leaves the listeners of one and writes nothing', async (scene) => {
    const { storage, writes } = counting(scene.here());
    const value = await scene.ready(storage);
    const [plain, strict] = [counted(value), counted(value)];
    scene.mount(plain.value);
    const mounted = scene.mount(strict.value, { strict: true });
    await scene.act(() => {});
    same(strict.listeners(), plain.listeners(), 'listeners');
    await scene.act(() => mounted.unmount());
    same(strict.listeners(), 0, 'listeners after unmount');
    same(writes(), 0, 'writes');
  }),

  law('in strict mode a change runs its updater once and is one write', async (scene) => {
    const { storage, writes } = counting(scene.here());
    const mounted = scene.mount(await scene.ready(storage), { strict: true });
    let calls = 0;
    await scene.act(() => mounted.set(({ n }) => ({ n: n + ++calls })));
    same(mounted.text(), '{"n":1}', 'the text');
    same(calls, 1, 'calls');
    same(writes(), 1, 'writes');
  }),

  law('a change before the first read is kept and applied to what was stored', async (scene) => {
    await (await scene.ready(scene.here())).set({ n: 10 });
    const mounted = scene.mount(scene.open(scene.here()).keys.box);
    // In the turn of the mount, before any answer of the storage.
    const saved = scene.act(() => mounted.set(({ n }) => ({ n: n + 1 })));
    same((await saved).saved, true, 'saved');
    same(mounted.text(), '{"n":11}', 'the text');
    same((await scene.ready(scene.here())).get().n, 11, 'the stored value');
  }),

  law('a change in another tab arrives, and an equal one renders nothing', async (scene) => {
    const mounted = scene.mount(await scene.ready(scene.here()));
    const there = await scene.ready(scene.there());
    await scene.act(() => there.set({ n: 1 }));
    await scene.until(() => mounted.text() === '{"n":1}', 'the change');
    await scene.act(() => there.set({ n: 2 }));
    await scene.until(() => mounted.text() === '{"n":2}', 'the second change');
    await scene.act(() => there.update(() => ({ n: 2 })));
    same(mounted.renders(), 3, 'renders');
  }),

  law('a removal in another tab arrives, and nothing resurrects the value', async (scene) => {
    const store = scene.open(scene.here());
    const mounted = scene.mount(store.keys.box);
    await scene.act(() => mounted.set({ n: 1 }));
    await scene.act(async () => (await scene.ready(scene.there())).reset());
    await scene.until(() => mounted.text() === '{"n":0}', 'the removal');
    await scene.act(() => store.flush());
    same((await store.usage()).entries, 0, 'entries');
  }),

  law('a value that storage refuses stays on the page, and the setter says so', async (scene) => {
    const faults = faultDriver(scene.here());
    const mounted = scene.mount(await scene.ready(faults.driver));
    faults.failAll('QUOTA');
    const result = await scene.act(() => mounted.set({ n: 1 }));
    same(result.saved ? 'saved' : result.error.code, 'QUOTA', 'the result');
    same(mounted.text(), '{"n":1}', 'the text');
    faults.heal();
  }),
];

/** What every binding keeps on a server. */
export const serverLaws: readonly ServerLaw[] = [
  {
    name: 'a server shows the default, whatever is stored and was read',
    async run({ render }) {
      const { box } = openStore('server', memory()).keys;
      await box.set({ n: 1 });
      same(box.get().n, 1, 'the value in the store');
      same(await render(box), '{"n":0}', 'the HTML');
    },
  },
  {
    name: 'a render on a server touches no storage and leaves no listener',
    async run({ render }) {
      const faults = faultDriver(memory());
      const box = counted(openStore('server', faults.driver).keys.box);
      await render(box.value);
      same(faults.calls(), 0, 'calls');
      same(box.listeners(), 0, 'listeners');
    },
  },
];
