import { field, type KeyName, type KeyValue, keyNamed, type Path, type PathValue, type Persisted } from '@holdfast/core';
import * as React from 'react';
import { type Meta, useMeta } from './meta.ts';
import { present, useNearestStore } from './store-context.ts';
import { suspend } from './suspend.ts';
import { useObservable } from './use-observable.ts';

export interface UsePersistedOptions {
  /** Suspends until the first read has settled; a failed one reaches the error boundary. Not on a server: it shows the default. @default false */
  suspense?: boolean;
}

/** The value that a name or a handle stands for. */
type ValueOf<Target> = Target extends Persisted<infer T> ? T : Target extends string ? KeyValue<Target> : never;

type Result<T> = readonly [value: T, set: Persisted<T>['set'], meta: Meta<T>];

/**
 * Reads and writes a persisted value, or the part of it at a path: by the name of a key in the store of the nearest `StoreProvider`, or by
 * a handle (`store.keys.theme`, `store.keys.panel('left')`, a `field`). The setter and `meta` keep their identity.
 * @throws {StoreError} `NO_STORE`; `INVALID_ARGUMENT` for a name that the store does not have
 */
// biome-ignore lint/suspicious/noExplicitAny: a handle of any type, and `Persisted` is invariant
export function usePersisted<Target extends KeyName | Persisted<any>, P extends string = string>(
  target: Target,
  path?: Path<ValueOf<Target>, P> | UsePersistedOptions,
  options?: UsePersistedOptions,
): Result<string extends P ? ValueOf<Target> : PathValue<ValueOf<Target>, P>>;
export function usePersisted(
  target: string | Persisted<unknown>,
  second?: string | UsePersistedOptions,
  third?: UsePersistedOptions,
): Result<unknown> {
  const store = useNearestStore();
  const whole = typeof target === 'string' ? keyNamed(present(store), target) : target;
  // biome-ignore lint/suspicious/noExplicitAny: what the path leads to is in the signature above
  const [persisted, options] = typeof second === 'string' ? [field<any, string>(whole, second), third] : [whole, second];
  if (options?.suspense) suspend(persisted, () => persisted.status.get().state === 'error');
  const value = useObservable(persisted);
  const meta = useMeta(persisted);
  return React.useMemo(() => [value, persisted.set, meta], [value, persisted, meta]);
}
