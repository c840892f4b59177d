import type { Changes, DocumentChange } from './change.ts';

/** The changes of each document, found without going through all of a large batch again and again. */
export function changesById(): (pending: Pick<Changes, 'changes'>) => ReadonlyMap<string, readonly DocumentChange[]> {
  const indexes = new WeakMap<readonly DocumentChange[], ReadonlyMap<string, readonly DocumentChange[]>>();
  return ({ changes }) => {
    const known = indexes.get(changes);
    if (known) return known;
    const index = new Map<string, DocumentChange[]>();
    indexes.set(changes, index);
    for (const change of changes) {
      const others = index.get(change[0]);
      if (others) others.push(change);
      else index.set(change[0], [change]);
    }
    return index;
  };
}
