import type { Persisted } from '@holdfast/core';
import type { BindingHarness, Mounted, MountOptions } from '@holdfast/core/testing';
import { flushSync, mount, tick, unmount } from 'svelte';
import type { PersistedState } from '../src/index.ts';
import Shown from './Shown.svelte';

/** How the laws of a binding see Svelte: what is read is read in an effect, whose runs are counted. */
export const harness: BindingHarness = {
  async act(work) {
    const result = await work();
    await tick();
    return result;
  },
  mount<T>(first: Persisted<T>, { status = false }: MountOptions = {}): Mounted<T> {
    const target = document.body.appendChild(document.createElement('div'));
    let runs = 0;
    let latest: { state: PersistedState<T>; value: T; status: ReturnType<Mounted<T>['status']> } | undefined;
    let shown = $state.raw(first);
    const now = (): NonNullable<typeof latest> => latest as NonNullable<typeof latest>;
    const component = mount(Shown<T>, {
      target,
      props: {
        get value() {
          return shown;
        },
        onRead(state: PersistedState<T>) {
          runs++;
          const value = state.current;
          latest = {
            state,
            value,
            status: status ? { state: state.status, pending: state.pending } : { state: 'loading', pending: false },
          };
        },
      },
    });
    flushSync();
    let isMounted = true;
    return {
      text: () => target.textContent,
      value: () => now().value,
      status: () => now().status,
      renders: () => runs,
      set: (next) => (typeof next === 'function' ? now().state.update(next as (previous: T) => T) : now().state.set(next)),
      show(next) {
        shown = next;
      },
      unmount() {
        if (isMounted) void unmount(component);
        isMounted = false;
        target.remove();
      },
    };
  },
};
