import type { KeyStatus, Observable, Persisted, StoreError } from '@holdfast/core';
import { useMemo } from 'react';
import { useObservable } from './use-observable.ts';

/** What else there is to a persisted value. A component is rendered again by those parts of the status that it has read, and by no other. */
export interface Meta<T> extends Readonly<Pick<Persisted<T>, 'reset' | 'update' | 'flush' | 'retry' | 'ready'>>, Omit<KeyStatus, 'error'> {
  readonly error: StoreError | undefined;
}

/** The same object as long as `persisted` is the same. */
export function useMeta<T>(persisted: Persisted<T>): Meta<T> {
  const { meta, seen } = useMemo(() => observedMeta(persisted), [persisted]);
  useObservable(seen);
  return meta;
}

function observedMeta<T>(persisted: Persisted<T>): { meta: Meta<T>; seen: Observable<Partial<KeyStatus>> } {
  const { status, reset, update, flush, retry } = persisted;
  let read = status.get;
  /** The fields that were read, as the component has seen them. */
  let seen: Partial<Record<keyof KeyStatus, unknown>> = {};

  function see<Field extends keyof KeyStatus>(field: Field): KeyStatus[Field] {
    const now = read()[field];
    // Not the later ones: a change that only an event handler has noticed must still be rendered.
    if (!(field in seen)) seen[field] = now;
    return now;
  }

  return {
    meta: {
      reset,
      update,
      flush,
      retry,
      get ready() {
        return persisted.ready;
      },
      get state() {
        return see('state');
      },
      get pending() {
        return see('pending');
      },
      get persistent() {
        return see('persistent');
      },
      get capability() {
        return see('capability');
      },
      get error() {
        return see('error');
      },
    },
    seen: {
      subscribe: status.subscribe,
      get() {
        read = status.get;
        const now = read();
        const fields = Object.keys(seen) as (keyof KeyStatus)[];
        if (fields.some((field) => seen[field] !== now[field])) seen = Object.fromEntries(fields.map((field) => [field, now[field]]));
        return seen as Partial<KeyStatus>;
      },
      initial() {
        read = status.initial;
        return seen as Partial<KeyStatus>;
      },
    },
  };
}
