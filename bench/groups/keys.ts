import type { Group } from '../src/group.ts';
import { keyContenders } from './key-contenders.ts';
import { keyLines } from './key-lines.ts';
import type { KeySubject } from './key-subject.ts';

export const keys: Group<KeySubject> = {
  id: 'keys',
  title: 'Keys',
  contenders: keyContenders,
  lines: keyLines,
  goals: [
    { line: 'read', contender: 'alien-signals', atLeast: 1 / 1.5 },
    { line: 'set', contender: 'alien-signals', atLeast: 1 / 1.5 },
    ...['read', 'set'].flatMap((line) => ['zustand', 'jotai', 'nanostores'].map((contender) => ({ line, contender, atLeast: 1 }))),
    { line: 'save', contender: 'indexeddb', atLeast: 1 / 1.2 },
    { line: 'tabs', ours: 'holdfast', atMost: 1 },
    { line: 'tabs', ours: 'holdfast', atMost: 5, quantile: 'p95' },
    { line: 'bytes', ours: 'holdfast-local', atMost: 3000 },
    { line: 'bytes', ours: 'holdfast', atMost: 4500 },
  ],
};
