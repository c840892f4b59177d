import { createElement, useLayoutEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { KeySubject } from '../groups/key-subject.ts';

/** A hook that gives the value of a key and its setter. */
export type UseKey = (name: string) => readonly [unknown, (next: unknown) => unknown, ...unknown[]];

/** A component for each key, in a root of its own: known and told is what has been committed. */
export function mountHook(useKey: UseKey, name: string, count: number): KeySubject {
  const values: unknown[] = [];
  const setters: ((next: unknown) => unknown)[] = [];
  let listener = (): void => {};

  function Reader({ index }: { index: number }): null {
    const [value, set] = useKey(`${name}:${index}`);
    useLayoutEffect(() => {
      values[index] = value;
      setters[index] = set;
      if (index === 0) listener();
    }, [index, value, set]);
    return null;
  }

  const root = createRoot(document.createElement('div'));
  flushSync(() => root.render(Array.from({ length: count }, (_, index) => createElement(Reader, { key: index, index }))));
  let last = 0;
  return {
    followsTabs: true,
    get: (key) => values[key],
    sets(times) {
      for (let i = 0; i < times; i++) flushSync(() => setters[0]?.(++last));
    },
    set: (key, value) => setters[key]?.(value),
    durable: async () => {},
    subscribe(next) {
      listener = next;
      return () => {
        listener = () => {};
      };
    },
    close: () => root.unmount(),
  };
}
