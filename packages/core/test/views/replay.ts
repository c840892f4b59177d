import type { Delta } from '../../src/views/deltas.ts';

/** What the steps make of rows. */
export function replay<Doc>(rows: readonly Doc[], deltas: readonly Delta<Doc>[]): Doc[] {
  const made = [...rows];
  for (const delta of deltas) {
    if (delta.type === 'added') made.splice(delta.index, 0, delta.doc);
    else if (delta.type === 'removed') made.splice(delta.index, 1);
    else if (delta.type === 'changed') made[delta.index] = delta.doc;
    else {
      made.splice(delta.oldIndex, 1);
      made.splice(delta.index, 0, delta.doc);
    }
  }
  return made;
}

/** What a step says was there. */
export function isTrue<Doc>(rows: readonly Doc[], delta: Delta<Doc>): boolean {
  if (delta.type === 'added') return !rows.includes(delta.doc);
  if (delta.type === 'removed') return rows[delta.index] === delta.doc;
  if (delta.type === 'moved') return rows[delta.oldIndex] === delta.before;
  return rows[delta.index] === delta.before && delta.before !== delta.doc;
}
