import type { Observable } from '@holdfast/core';
import { useSyncExternalStore } from 'react';

/** The current value of an observable, for example a `computed`. Renders again at each change; a server and a hydrating page show `initial()`. */
export function useObservable<T>({ subscribe, get, initial }: Observable<T>): T {
  return useSyncExternalStore(subscribe, get, initial);
}
