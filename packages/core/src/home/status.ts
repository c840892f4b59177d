import type { Capability } from '../driver.ts';
import type { StoreError } from '../errors.ts';
import { type Observable, source } from '../observable.ts';

/** How a key or a collection is doing. */
export interface KeyStatus {
  /** `loading` until the first read has settled; `error`: what is stored could not be read, and is kept; `read-only`: a newer build wrote it. */
  readonly state: 'loading' | 'ready' | 'error' | 'read-only';
  /** A change is on its way to storage. */
  readonly pending: boolean;
  /** Storage holds what is shown: it survives a reload. */
  readonly persistent: boolean;
  /** Where the value lives: `memory` where storage is denied or absent. */
  readonly capability: Capability;
  /** Why it is not as it should be. */
  readonly error?: StoreError;
}

export interface StatusSource extends Observable<KeyStatus> {
  /** Changes these parts; an `error` of `undefined` takes the error away. */
  mark(change: Partial<Omit<KeyStatus, 'error'>> & { error?: StoreError | undefined }): void;
}

export function statusSource(capability: Capability): StatusSource {
  const status = source<KeyStatus>({ state: 'loading', pending: false, persistent: false, capability });
  return {
    ...status,
    mark(change) {
      const now = status.get();
      if (Object.entries(change).every(([part, value]) => now[part as keyof KeyStatus] === value)) return;
      const { error, ...rest } = { ...now, ...change };
      status.set(error ? { ...rest, error } : rest);
    },
  };
}
