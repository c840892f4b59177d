import { type DocumentChange, differences } from './collections/change.ts';
import type { OpenCollection } from './collections/documents.ts';
import { batch, computed, type Observable, source } from './observable.ts';
import { CONTENTS, type Store } from './store-interface.ts';
import type { Change } from './views/change.ts';

/** How steps are kept. */
export interface HistoryOptions {
  /** So many steps are kept. @default 100 */
  limit?: number;
  /** Changes of the same fields of one document are one step while they come faster than this, in milliseconds: typing. @default 500 */
  mergeMs?: number;
}

/** What this tab has done to the documents of a store, step by step: what was written as one is one step. */
export interface UndoHistory {
  /** Takes the last step back: of what it changed, not of what others have changed since. Resolves to false where there is none. */
  undo(): Promise<boolean>;
  /** Makes the step that was last taken back again. Resolves to false where there is none, or something was done since. */
  redo(): Promise<boolean>;
  readonly canUndo: Observable<boolean>;
  readonly canRedo: Observable<boolean>;
  /** Forgets all steps. */
  clear(): void;
  /** Records nothing any more. */
  stop(): void;
}

type Effects = readonly Change<object>[];

interface Step {
  readonly attempt: object;
  readonly effects: ReadonlyMap<string, Effects>;
  readonly atMs: number;
}

/** Records from now on what this tab does to the documents of a store, to be undone and done again, across all its collections. */
export function history(
  store: { readonly name: string; readonly collections: object },
  { limit = 100, mergeMs = 500 }: HistoryOptions = {},
): UndoHistory {
  const { collections, ports } = (store as Store)[CONTENTS]();
  const done = source<readonly Step[]>([]);
  const undone = source<readonly Step[]>([]);

  let turn: Promise<unknown> = Promise.resolve();

  function record(attempt: object, collection: string, effects: Effects): void {
    const steps = done.get();
    const last = steps.at(-1);
    if (last?.attempt === attempt)
      done.set([...steps.slice(0, -1), { ...last, effects: new Map([...last.effects, [collection, effects]]) }]);
    else {
      const step: Step = { attempt, effects: new Map([[collection, effects]]), atMs: ports.now() };
      const merged = last && step.atMs - last.atMs < mergeMs && merge(last, step);
      done.set(merged ? [...steps.slice(0, -1), merged] : [...steps, step].slice(-limit));
    }
    undone.set([]);
  }

  /** Shows what takes the step back, and gives the step that does it again; resolves to what waits until it is stored. What cannot be stored yet is tried again. */
  async function revert(step: Step, shown: (reverted: Step) => void): Promise<() => Promise<unknown>> {
    await Promise.all(Array.from(step.effects.keys(), (name) => of(name).ready()));
    const saved: Promise<void>[] = [];
    const effects = new Map<string, Effects>();
    batch(() => {
      for (const [name, each] of step.effects) {
        const { participant, blobs, get } = of(name);
        const before = each.map(({ id }) => get(id));
        const changes = each.flatMap((effect, index): DocumentChange[] => inverse(effect, before[index]));
        if (changes.length === 0) continue;
        const lowered = blobs.lower(changes);
        blobs.renew(lowered);
        saved.push(participant.write(lowered).promise);
        effects.set(
          name,
          each.map(({ id }, index) => ({ id, before: before[index], after: get(id) })),
        );
      }
    });
    shown({ attempt: {}, effects, atMs: 0 });
    // Not the promise itself: that would be waited for.
    return () => Promise.all(saved);
  }

  /** One after the other: each finds what those before it have left. */
  function move(from: typeof done, to: typeof done): Promise<boolean> {
    const shown = turn.then(async () => {
      const steps = from.get();
      const step = steps.at(-1);
      if (!step) return undefined;
      from.set(steps.slice(0, -1));
      return revert(step, (reverted) => to.set([...to.get(), reverted]));
    });
    turn = shown.catch(() => {});
    return shown.then(async (saved) => {
      await saved?.();
      return saved !== undefined;
    });
  }

  function of(name: string): OpenCollection<object> {
    return collections.get(name) as unknown as OpenCollection<object>;
  }

  for (const { recorders } of collections.values()) recorders.add(record);
  return {
    undo: () => move(done, undone),
    redo: () => move(undone, done),
    canUndo: computed(() => done.get().length > 0),
    canRedo: computed(() => undone.get().length > 0),
    clear() {
      done.set([]);
      undone.set([]);
    },
    stop() {
      for (const { recorders } of collections.values()) recorders.delete(record);
    },
  };
}

/** What takes an effect back from the document as it is now: only the fields that it changed. */
function inverse({ id, before, after }: Change<object>, now: object | undefined): DocumentChange[] {
  if (!before) return now ? [[id]] : [];
  if (!after) return now ? [] : [[id, before]];
  return now ? [[id, differences(after, before)]] : [];
}

/** Two steps that change the same fields of the same document are one. */
function merge(first: Step, second: Step): Step | undefined {
  const [a, b] = [first, second].map(({ effects }) => [...effects]);
  const [name, changes] = a?.[0] ?? [];
  const [otherName, others] = b?.[0] ?? [];
  if (a?.length !== 1 || b?.length !== 1 || name !== otherName || changes?.length !== 1 || others?.length !== 1) return undefined;
  const [old] = changes as [Change<object>];
  const [next] = others as [Change<object>];
  if (old.id !== next.id || !old.before || !old.after || !next.before || !next.after) return undefined;
  const fields = (from: object, to: object): string =>
    differences(from, to)
      .map(([, path]) => path)
      .sort()
      .join();
  if (fields(old.before, old.after) !== fields(next.before, next.after)) return undefined;
  return { ...second, effects: new Map([[name as string, [{ ...old, after: next.after }]]]) };
}
