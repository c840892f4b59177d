import type { Cell } from '../home/cell.ts';
import { batch } from '../observable.ts';

/** Makes anew what waits, in the order in which it was made, each on top of those before it: from the first one on that others have come before. */
export function deriveAgain(due: Iterable<Cell>, takeAll: () => void): void {
  // A transaction has changes in several cells: none of them stays behind because something in it was too large before.
  for (const cell of due) if (cell.waiting?.().some(({ derivation }) => derivation)) takeAll();
  const waiting = Array.from(due, (cell) => cell.waiting?.() ?? [])
    .flat()
    .sort((a, b) => a.number - b.number);
  const first = waiting.findIndex(({ derivation }) => derivation?.isStale());
  const again = new Set(first < 0 ? [] : waiting.slice(first).flatMap(({ derivation }) => derivation ?? []));
  batch(() => {
    for (const { lift } of again) lift();
    for (const { derive } of again) derive();
  });
}
