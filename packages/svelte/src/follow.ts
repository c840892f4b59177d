import type { Observable } from '@holdfast/core';
import { createSubscriber } from 'svelte/reactivity';
import { hydration } from './hydration.ts';

/** Calls `listener` after each change, and when hydrating ends. Returns the stop function. @param first Run before, in a browser. */
export function follow(observable: Pick<Observable<unknown>, 'subscribe'>, listener: () => void, first: () => void): () => void {
  let isOver = hydration(() => isOver || listener()) === 'server';
  if (isOver) return () => {};
  // A first read begins to load, which changes the status: before anyone follows, because Svelte forbids changes while a template runs.
  first();
  const stop = observable.subscribe(listener);
  return () => {
    isOver = true;
    stop();
  };
}

// Nothing is shared through it: to each observable it is one more private property, and is gone when that is.
const trackers = new WeakMap<object, () => void>();

/**
 * The value of this moment, which the effect or template that asks follows from then on.
 * @param identity The same object for the same observable. @default the observable
 */
export function track<T>(observable: Observable<T>, identity: object = observable): T {
  let tracker = trackers.get(identity);
  if (!tracker) {
    tracker = createSubscriber((update) => follow(observable, update, observable.get));
    trackers.set(identity, tracker);
  }
  tracker();
  return now(observable);
}

/** The value of this moment. */
export function now<T>(observable: Observable<T>): T {
  return observable[hydration() === 'live' ? 'get' : 'initial']();
}
