import { getQuickJS, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten';
import { expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { hostStorage } from '../../src/guest.ts';
import { fakeStorage } from '../fake-storage.ts';
import { type Line, programs } from './programs.ts';

function area(): () => Storage {
  const storage = fakeStorage();
  return () => storage;
}

/** A function of ours in the guest: a promise becomes one of the guest, an exception an exception. */
function expose(vm: QuickJSContext, name: string, handler: (...args: unknown[]) => unknown): void {
  const toGuest = (value: unknown): QuickJSHandle =>
    typeof value === 'string' ? vm.newString(value) : typeof value === 'number' ? vm.newNumber(value) : vm.undefined;
  const wrapped = vm.newFunction(name, (...args) => {
    const answer = handler(...args.map((arg) => vm.dump(arg)));
    if (!(answer instanceof Promise)) return toGuest(answer);
    const promise = vm.newPromise();
    const settle = (how: 'resolve' | 'reject', value: QuickJSHandle): void => {
      promise[how](value);
      value.dispose();
      vm.runtime.executePendingJobs();
    };
    answer.then(
      (value) => settle('resolve', toGuest(value)),
      (error: Error) => settle('reject', vm.newError(error.message)),
    );
    return promise.handle;
  });
  vm.setProp(vm.global, name, wrapped);
  wrapped.dispose();
}

const codeOf = ([name, args]: Line): string =>
  `try { answers.push(await ${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})) } catch ({ message }) { answers.push({ error: message }) }`;

test('the programs run in QuickJS, which has nothing but what it is given', async () => {
  const quickjs = await getQuickJS();
  for (const [title, lines] of programs) {
    const host = hostStorage({ name: 'guest', storage: memory(), local: area(), session: area() });
    const vm = quickjs.newContext();
    for (const [name, handler] of Object.entries(host)) expose(vm, name, handler as (...args: unknown[]) => unknown);
    const code = `(async () => { const answers = []; ${lines.map(codeOf).join('; ')}; return JSON.stringify(answers) })()`;
    const promise = vm.unwrapResult(vm.evalCode(code));
    const settled = vm.resolvePromise(promise);
    promise.dispose();
    vm.runtime.executePendingJobs();
    const result = vm.unwrapResult(await settled);
    const expected = lines.map(([, , answer]) =>
      typeof answer === 'object' ? { error: expect.stringContaining((answer as { error: string }).error) } : (answer ?? null),
    );
    expect([title, JSON.parse(vm.getString(result))]).toEqual([title, expected]);
    result.dispose();
    vm.dispose();
  }
});
