import type { Change, Identified } from './change.ts';
import { type Environment, type Maintained, maintain } from './maintained.ts';
import type { Plan } from './plan.ts';
import { type Question, search } from './search.ts';
import { applyToSorted } from './sorted.ts';

/** All that a query matches, in order. Windows onto it are what is shown. */
export interface Rows<Doc> extends Maintained<Doc> {
  all(): readonly Doc[];
  /** Calls back with the first position that differs. Returns the stop function. */
  listen(listener: (from: number) => void): () => void;
}

/** @param unused Called when no one listens any more. */
export function createRows<Doc extends Identified>(
  question: Question<Doc>,
  plan: () => Plan<Doc>,
  environment: Environment<Doc>,
  unused: () => void,
): Rows<Doc> {
  const { isMatch, order } = question;
  const listeners = new Set<(from: number) => void>();
  let rows: Doc[] = [];

  const maintained = maintain<Doc>(
    {
      *evaluate() {
        const chosen = plan();
        ({ rows } = yield* search(question, { ...chosen, candidates: [...chosen.candidates] }, Number.POSITIVE_INFINITY));
      },
      apply(changes) {
        const relevant: Change<Doc>[] = [];
        for (const { id, before, after } of changes) {
          const was = before && isMatch(before) ? before : undefined;
          const is = after && isMatch(after) ? after : undefined;
          if (was || is) relevant.push({ id, before: was, after: is });
        }
        const { items, from } = applyToSorted(rows, relevant, order);
        rows = items;
        return from;
      },
    },
    environment,
    (from) => {
      for (const listener of listeners) listener(from);
    },
  );

  return {
    ...maintained,
    all: () => rows,
    listen(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        maintained.stop();
        unused();
      };
    },
  };
}
