import { getQuickJS, type QuickJSHandle } from 'quickjs-emscripten';
import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { hostStorage } from '../../src/guest.ts';
import { fakeStorage } from '../files/fake-storage.ts';
import { programs } from './programs.ts';

test('the synchronous programs run in QuickJS, which has nothing but what it is given', async () => {
  const quickjs = await getQuickJS();
  const synchronous = programs.filter(([, lines]) => lines.every(([name]) => !name.startsWith('idb_')));
  expect(synchronous.length).toBeGreaterThan(10);
  for (const [title, lines] of synchronous) {
    const host = hostStorage({ name: 'guest', storage: memory(), local: fakeStorage(), session: fakeStorage() });
    const vm = quickjs.newContext();
    for (const [name, handler] of Object.entries(host) as [string, (...args: unknown[]) => unknown][]) {
      const wrapped = vm.newFunction(name, (...args: QuickJSHandle[]) => {
        const answer = handler(...args.map((arg) => vm.dump(arg)));
        return typeof answer === 'string' ? vm.newString(answer) : vm.undefined;
      });
      vm.setProp(vm.global, name, wrapped);
      wrapped.dispose();
    }
    const calls = lines.map(([name, args]) => `${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
    const result = vm.unwrapResult(vm.evalCode(`[${calls.join(', ')}]`));
    // `dump` reads a list as JSON, which has null for undefined.
    expect([title, vm.dump(result)]).toEqual([title, lines.map(([, , answer]) => answer ?? null)]);
    result.dispose();
    vm.dispose();
  }
});
