import { StoreError, updaterError } from '../errors.ts';
import type { Derivation } from '../home/cell.ts';
import { batch } from '../observable.ts';

/** Changes that an attempt has made in one place. */
export interface Part<Change> {
  readonly changes: readonly Change[];
}

/** A place that takes part in an attempt: a collection, or a key. */
export interface Participant<Editor, Change, Item = unknown> {
  /** Where it lies: only what lies together can be written as one. */
  readonly home: object;
  /** What the work reads and changes it by. @param newId Gives the same ids when the work is done again. */
  draft(newId: () => string): Part<Change> & { readonly editor: Editor };
  newId(): string;
  /** Shows the changes and plans their commit. */
  write(changes: readonly Change[], derivation?: Derivation, isStrict?: boolean): { readonly item: Item; readonly promise: Promise<void> };
  /** Others have written since the changes were made. */
  isStale(item: Item): boolean;
  /** Other changes take the place of these. */
  revise(item: Item, changes: readonly Change[]): void;
  /** They cannot be made any more. */
  fail(item: Item, error: StoreError): void;
  /** What it has done in one attempt; again, where it is done again. */
  record?(attempt: object, draft: never): void;
  /** All that is written together is shown, for the first time. */
  written?(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: one attempt holds participants of every kind
type Any = Participant<any, any, any>;

export type Open = <Editor, Change, Item>(participant: Participant<Editor, Change, Item>) => Editor;

/**
 * Does some work against what is shown now, shows what it changes, and writes it as one, all or nothing. Where it is to hold only
 * on top of what it has seen, the work is done again whenever others have come between. Resolves to what the work gives, once it
 * is durable. What the work throws, nothing is changed.
 */
export async function attempt<R>(work: (open: Open) => R, isConditional: boolean, isStrict = false): Promise<R> {
  const ids: string[] = [];
  const items = new Map<Any, unknown>();
  const saved: Promise<void>[] = [];

  function run(): { result: R; parts: Map<Any, Part<unknown>> } {
    const drafts = new Map<Any, ReturnType<Any['draft']>>();
    let count = 0;
    const open = (participant: Any): unknown => {
      const newId = (): string => {
        ids[count] ??= participant.newId();
        return ids[count++] as string;
      };
      const draft = drafts.get(participant) ?? participant.draft(newId);
      drafts.set(participant, draft);
      return draft.editor;
    };
    const result = work(open as Open);
    const written = [...drafts].filter(([, { changes }]) => changes.length > 0);
    if (new Set(written.map(([{ home }]) => home)).size > 1)
      throw new StoreError('INVALID_ARGUMENT', 'Cannot write to two storages in one transaction');
    return { result, parts: drafts };
  }

  function write(parts: Map<Any, Part<unknown>>): void {
    for (const [participant, part] of parts) {
      const { changes } = part;
      participant.record?.(items, part as never);
      if (items.has(participant)) participant.revise(items.get(participant), changes);
      else if (changes.length > 0) {
        const { item, promise } = participant.write(changes, isConditional ? derivation : undefined, isStrict);
        items.set(participant, item);
        saved.push(promise);
      }
    }
  }

  const derivation: Derivation = {
    isStale: () => [...items].some(([participant, item]) => participant.isStale(item)),
    lift() {
      for (const [participant, item] of items) participant.revise(item, []);
    },
    derive() {
      try {
        const again = run();
        result = again.result;
        write(again.parts);
      } catch (error) {
        for (const [participant, item] of items) participant.fail(item, updaterError(error, 'do the work of a transaction again'));
      }
    },
  };

  let { result, parts } = run();
  batch(() => write(parts));
  for (const participant of items.keys()) participant.written?.();
  // More may join when the work is done again.
  for (let count = -1; count < saved.length; ) {
    count = saved.length;
    await Promise.all(saved);
  }
  return result;
}
