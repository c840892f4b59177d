import type { Persisted } from '@holdfast/core';
import { useSyncExternalStore } from 'react';
import type { KeySubject } from '../groups/key-subject.ts';
import { localStore } from './holdfast.ts';
import { mountHook } from './mount-hook.ts';

export function inReact(name: string, count: number): KeySubject {
  const { store, keys } = localStore(name, count);
  const byName = new Map(keys.map((key, index) => [`${name}:${index}`, key]));
  const useKey = (slot: string): readonly [unknown, (next: unknown) => unknown] => {
    const { subscribe, get, initial, set } = byName.get(slot) as Persisted<unknown>;
    return [useSyncExternalStore(subscribe, get, initial), set];
  };
  const subject = mountHook(useKey, name, count);
  return {
    ...subject,
    durable: () => store.flush(),
    close() {
      subject.close();
      return store.close();
    },
  };
}
