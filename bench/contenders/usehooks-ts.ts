import { useLocalStorage } from 'usehooks-ts';
import type { KeySubject } from '../groups/key-subject.ts';
import { mountHook } from './mount-hook.ts';

export function inReact(name: string, count: number): KeySubject {
  return mountHook((key) => useLocalStorage<unknown>(key, 0), name, count);
}
