import useLocalStorageState from 'use-local-storage-state';
import type { KeySubject } from '../groups/key-subject.ts';
import { mountHook } from './mount-hook.ts';

export function inReact(name: string, count: number): KeySubject {
  return mountHook((key) => useLocalStorageState<unknown>(key, { defaultValue: 0 }), name, count);
}
