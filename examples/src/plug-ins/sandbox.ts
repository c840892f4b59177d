import { hostStorage } from '@holdfast/core/guest';
import {
  getQuickJS,
  type QuickJSContext,
  type QuickJSDeferredPromise,
  type QuickJSHandle,
  shouldInterruptAfterDeadline,
} from 'quickjs-emscripten';

const SECONDS = 2;

/** What a plug-in has printed, and the error that ended it. */
export interface Outcome {
  readonly printed: readonly string[];
  readonly error?: string;
}

/**
 * Runs a program that has nothing but JavaScript, `print`, and the storage of its own name. `await` works at its top level.
 * It gets no more than two seconds of the page, and 16 MB.
 */
export async function runPlugIn(name: string, code: string): Promise<Outcome> {
  const runtime = (await getQuickJS()).newRuntime();
  runtime.setMemoryLimit(16 << 20);
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + SECONDS * 1000));
  const vm = runtime.newContext();
  const printed: string[] = [];
  const pending = new Set<QuickJSDeferredPromise>();
  try {
    expose(vm, pending, 'print', (...words) => void printed.push(words.map(asText).join(' ')));
    for (const [call, handler] of Object.entries(hostStorage({ name: `plug-in ${name}` }))) expose(vm, pending, call, handler);
    const ended = vm.unwrapResult(vm.evalCode(`(async () => {${code}\n})()`));
    const settled = vm.resolvePromise(ended);
    ended.dispose();
    vm.runtime.executePendingJobs();
    vm.unwrapResult(await settled).dispose();
    return { printed };
  } catch (error) {
    return { printed, error: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const promise of pending) promise.dispose();
    vm.dispose();
    runtime.dispose();
  }
}

const asText = (word: unknown): string => (typeof word === 'string' ? word : JSON.stringify(word));

/** A function of the page as one of the guest: a promise becomes a promise, an exception an exception. */
function expose(vm: QuickJSContext, pending: Set<QuickJSDeferredPromise>, name: string, handler: (...args: never[]) => unknown): void {
  const toGuest = (value: unknown): QuickJSHandle =>
    typeof value === 'string' ? vm.newString(value) : typeof value === 'number' ? vm.newNumber(value) : vm.undefined;
  const wrapped = vm.newFunction(name, (...handles) => {
    const answer = handler(...(handles.map((handle) => vm.dump(handle)) as never[]));
    if (!(answer instanceof Promise)) return toGuest(answer);
    const promise = vm.newPromise();
    pending.add(promise);
    const settle = (value: QuickJSHandle, how: 'resolve' | 'reject'): void => {
      promise[how](value);
      value.dispose();
      vm.runtime.executePendingJobs();
    };
    answer.then(
      // It may have ended meanwhile, by its deadline.
      (value) => vm.alive && settle(toGuest(value), 'resolve'),
      (error: Error) => vm.alive && settle(vm.newError(error.message), 'reject'),
    );
    return promise.handle;
  });
  vm.setProp(vm.global, name, wrapped);
  wrapped.dispose();
}
