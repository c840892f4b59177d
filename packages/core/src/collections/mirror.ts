import { equal } from '../equal.ts';
import type { Change, Documents } from '../views/change.ts';
import { applyChange, type Changes, type DocumentChange, type Raise, type Stored } from './change.ts';
import { changesById } from './changes-by-id.ts';

/** Changes of this tab that are shown, and whose place in the log is not known yet. */
export interface Pending extends Changes {
  changes: readonly DocumentChange[];
}

/** The documents in memory: what the log says, with the pending changes of this tab on top. */
export interface Mirror<Doc> extends Documents<Doc> {
  /** What lies in storage, without what is pending. */
  confirmed(): Iterable<Stored>;
  /** The document as it lies in storage, with what is pending. */
  stored(id: string): Stored | undefined;
  /** What is about to be read will show these objects again where it is the same. `undefined`: one of them cannot be shown. */
  expect(stored: readonly Stored[]): readonly Doc[] | undefined;
  /** Everything is read. */
  complete(): void;
  /** The version in which the document lies in storage, with what is pending; 0 where there is none. */
  versionOf(id: string): number;
  /** Shows changes of this tab. */
  add(pending: Pending): void;
  /** Other changes take the place of a pending one. */
  replace(pending: Pending, changes: readonly DocumentChange[]): void;
  /** The pending changes have their place: here, after all that was confirmed before. */
  confirm(pending: Pending): void;
  /** They will never have one. */
  drop(pending: Pending): void;
  /** Changes of another tab have their place here. @param isTold False while the documents are read for the first time */
  accept(changes: Changes, isTold: boolean): void;
  /** Puts what storage holds under what is pending, and tells no one: while the documents are read for the first time. */
  fill(stored: readonly Stored[]): void;
  /** Takes over what storage holds now, from scratch. */
  reset(stored: readonly Stored[]): void;
}

export interface MirrorContext<Doc> {
  /** The version of this build. */
  readonly version: number;
  readonly raise: Raise;
  /** What the app sees of a stored document: the same object where nothing is to be done. `undefined`: it cannot be shown, and is kept. */
  show(stored: Stored): Doc | undefined;
  /** Documents have changed. Called once for each call above, with each document once. */
  changed(changes: readonly Change<Doc>[]): void;
}

interface Base {
  readonly stored: Stored | undefined;
  /** So many pending changes touch it. */
  readonly touches: number;
}

/** Of a document that a pending change has brought. */
const NEW: Base = { stored: undefined, touches: 1 };

/** Every document has one owner of its truth: the log. What is pending is kept apart, so that it can be laid on top again, or taken away. */
export function createMirror<Doc extends object>({ version, raise, show, changed }: MirrorContext<Doc>): Mirror<Doc> {
  const shown = new Map<string, Doc>();
  /** Where it differs from what is shown: of another version, not as the schema gives it, or with references. */
  const raws = new Map<string, Stored>();
  /** The confirmed state of what pending changes touch. */
  const bases = new Map<string, Base>();
  const queue: Pending[] = [];
  const changesOf = changesById();
  let touched = new Map<string, Doc | undefined>();
  /** What is shown already, before it is read. */
  const expected = new Map<string, Doc>();

  function storedOf(id: string): Stored | undefined {
    const document = shown.get(id);
    return raws.get(id) ?? (document && { document, version });
  }

  function display(id: string, stored: Stored | undefined): void {
    const before = shown.get(id);
    if (!touched.has(id)) touched.set(id, before);
    keep(id, stored, before);
  }

  function keep(id: string, stored: Stored | undefined, before: Doc | undefined = expected.get(id)): void {
    let after = stored && show(stored);
    const isAsStored = !stored || (stored.document === after && stored.version === version);
    // What is computed again is the same document while it is equal.
    if (before && after && before !== after && equal(before, after)) after = before;
    if (after) shown.set(id, after);
    else shown.delete(id);
    if (isAsStored) raws.delete(id);
    else raws.set(id, stored);
  }

  /** Lays what is pending on top of what is confirmed, again. */
  function rebase(id: string): void {
    const { stored, touches } = bases.get(id) as Base;
    if (touches === 0) bases.delete(id);
    display(id, touches === 0 ? stored : fold(stored, id));
  }

  function fold(stored: Stored | undefined, id: string): Stored | undefined {
    let after = stored;
    for (const pending of queue) {
      for (const change of changesOf(pending).get(id) ?? []) after = applyChange(after, change, pending, raise);
    }
    return after;
  }

  function touch(id: string, by: 1 | -1, stored?: Stored): void {
    const base = bases.get(id);
    bases.set(id, base || stored ? { stored: base ? base.stored : stored, touches: (base?.touches ?? 0) + by } : NEW);
  }

  /** Ends every call: tells of what is not as it was. */
  function tell(): void {
    const changes: Change<Doc>[] = [];
    for (const [id, before] of touched) {
      const after = shown.get(id);
      if (before !== after) changes.push({ id, before, after });
    }
    touched = new Map();
    if (changes.length > 0) changed(changes);
  }

  /** Shows what the last pending changes do. */
  function lay(pending: Pending): void {
    for (const change of pending.changes) {
      const [id] = change;
      const stored = storedOf(id);
      touch(id, 1, stored);
      display(id, applyChange(stored, change, pending, raise));
    }
  }

  function lift(pending: Pending): Set<string> {
    for (const [id] of pending.changes) touch(id, -1);
    return new Set(pending.changes.map(([id]) => id));
  }

  function take(pending: Pending): boolean {
    const index = queue.indexOf(pending);
    if (index >= 0) queue.splice(index, 1);
    return index >= 0;
  }

  function settle(change: DocumentChange, changes: Changes): void {
    const [id] = change;
    const base = bases.get(id);
    if (base) bases.set(id, { ...base, stored: applyChange(base.stored, change, changes, raise) });
    else display(id, applyChange(storedOf(id), change, changes, raise));
  }

  return {
    get size() {
      return shown.size;
    },
    get: (id) => shown.get(id),
    values: () => shown.values(),
    *confirmed() {
      for (const { stored } of bases.values()) if (stored) yield stored;
      for (const [id, stored] of raws) if (!bases.has(id)) yield stored;
      for (const [id, document] of shown) if (!bases.has(id) && !raws.has(id)) yield { document, version };
    },
    stored: storedOf,
    expect(stored) {
      const documents: Doc[] = [];
      for (const each of stored) {
        const document = expected.get(idOf(each)) ?? show(each);
        if (!document) return undefined;
        documents.push(document);
        expected.set(idOf(each), document);
      }
      return documents;
    },
    complete: () => expected.clear(),
    versionOf: (id) => storedOf(id)?.version ?? 0,
    add(pending) {
      queue.push(pending);
      lay(pending);
      tell();
    },
    replace(pending, changes) {
      const ids = lift(pending);
      pending.changes = changes;
      for (const [id] of changes) {
        touch(id, 1, storedOf(id));
        ids.add(id);
      }
      for (const id of ids) rebase(id);
      tell();
    },
    confirm(pending) {
      if (!take(pending)) return;
      // Where nothing else is pending, what is shown is what is confirmed now.
      const others = pending.changes.filter(([id]) => bases.get(id)?.touches !== 1 || !bases.delete(id));
      for (const change of others) settle(change, pending);
      for (const [id] of others) touch(id, -1);
      for (const [id] of others) if (bases.has(id)) rebase(id);
      tell();
    },
    drop(pending) {
      if (!take(pending)) return;
      for (const id of lift(pending)) rebase(id);
      tell();
    },
    accept(changes, isTold) {
      for (const change of changes.changes) settle(change, changes);
      for (const [id] of changes.changes) if (bases.has(id)) rebase(id);
      if (isTold) tell();
      else touched = new Map();
    },
    fill(stored) {
      for (const each of stored) {
        const id = idOf(each);
        if (bases.has(id)) place(id, each);
        else keep(id, each);
      }
      touched = new Map();
    },
    reset(stored) {
      const gone = new Set([...shown.keys(), ...raws.keys(), ...bases.keys()]);
      for (const each of stored) gone.delete(idOf(each));
      for (const id of gone) place(id, undefined);
      for (const each of stored) place(idOf(each), each);
      tell();
    },
  };

  function idOf({ document }: Stored): string {
    return (document as { _id: string })._id;
  }

  function place(id: string, stored: Stored | undefined): void {
    const base = bases.get(id);
    if (base) {
      bases.set(id, { ...base, stored });
      rebase(id);
    } else display(id, stored);
  }
}
