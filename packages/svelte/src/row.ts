import type { Collection } from '@holdfast/core';
import { draft, plain } from './draft.ts';
import { fieldChanges } from './field-changes.ts';
import { hydration } from './hydration.ts';
import { createVersion } from './version.svelte.ts';

// Nothing is shared through it: to each version of a document it is one more private property, and is gone when that is.
const rows = new WeakMap<object, object>();

/** A document that may be changed in place, at any depth: the changed fields of a turn are one `update`. Equal calls give the same object. */
export function rowOf<Doc extends object>(collection: Collection<never>, document: Doc & { readonly _id: string }): Doc {
  // Not kept: one request must not see what another has changed.
  if (hydration() === 'server') return draft(document);
  let row = rows.get(document) as Doc | undefined;
  if (!row) {
    row = createRow(collection, document);
    rows.set(document, row);
  }
  return row;
}

function createRow<Doc extends object>(collection: Collection<never>, document: Doc & { readonly _id: string }): Doc {
  const version = createVersion();
  /** As it is in the collection, or will be when what was written is. */
  let base: Doc = document;
  let isDue = false;
  let isReverting = false;

  const row = draft<Doc>(document, {
    read: version.read,
    changed() {
      version.raise();
      if (isDue || isReverting) return;
      isDue = true;
      queueMicrotask(write);
    },
  });

  function write(): void {
    const before = base;
    isDue = false;
    base = plain(row);
    collection.update(document._id, fieldChanges(before, base) as never).catch(revert);
  }

  /** The collection has refused it, and told `store.onError`; what it holds is what is to be seen. */
  function revert(): void {
    if (isDue) return;
    isReverting = true;
    for (const name of Object.keys(row)) if (!Object.hasOwn(document, name)) Reflect.deleteProperty(row, name);
    Object.assign(row, document);
    base = document;
    isReverting = false;
  }

  return row;
}
