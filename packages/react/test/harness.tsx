import type { KeyStatus, Persisted } from '@holdfast/core';
import type { BindingHarness, Mounted } from '@holdfast/core/testing';
import { type Meta, usePersisted } from '@holdfast/react';
import { act, Fragment, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** How the laws of a binding see React. */
export const harness: BindingHarness = {
  act: (work) => act(async () => work()),
  mount<T>(first: Persisted<T>, { strict = false, status = false } = {}): Mounted<T> {
    const container = document.body.appendChild(document.createElement('div'));
    const root = createRoot(container);
    let renders = 0;
    let latest: readonly [T, Persisted<T>['set'], Meta<T>] | undefined;
    let seen: Pick<KeyStatus, 'state' | 'pending'> = { state: 'loading', pending: false };

    function Component({ value }: { value: Persisted<T> }): ReactNode {
      const result = usePersisted(value);
      renders++;
      latest = result;
      if (status) seen = { state: result[2].state, pending: result[2].pending };
      return <p>{JSON.stringify(result[0])}</p>;
    }

    const Mode = strict ? StrictMode : Fragment;
    const show = (value: Persisted<T>): void =>
      root.render(
        <Mode>
          <Component value={value} />
        </Mode>,
      );
    act(() => show(first));
    const now = () => latest as NonNullable<typeof latest>;
    return {
      text: () => container.textContent ?? '',
      value: () => now()[0],
      set: (next) => now()[1](next),
      status: () => seen,
      renders: () => renders,
      show,
      unmount() {
        root.unmount();
        container.remove();
      },
    };
  },
};
