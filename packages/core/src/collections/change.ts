import { equal } from '../equal.ts';
import { applyOperations, type Operation } from '../query/operations.ts';

/** A document as it lies in storage: in the shape of some version of the collection, with references in place of Blobs. */
export interface Stored {
  readonly document: object;
  readonly version: number;
}

/** What happens to one document: it is put whole, edited field by field, or deleted. Plain data, to be logged. */
export type DocumentChange =
  | readonly [id: string, document: object]
  | readonly [id: string, operations: readonly Operation[]]
  | readonly [id: string];

/** What one writer does at once. All documents are of one version. */
export interface Changes {
  readonly atMs: number;
  readonly version: number;
  readonly changes: readonly DocumentChange[];
}

/** Raises a document to a later version; `undefined` where this build does not know how. */
export type Raise = (stored: Stored, version: number) => Stored | undefined;

/**
 * The document after a change, the same object where nothing changes. The one rule by which all tabs, of older and newer builds,
 * make the same of the log: what a newer build wrote is not touched by an older one, and an edit of what is not there is nothing.
 */
export function applyChange(
  before: Stored | undefined,
  change: DocumentChange,
  { version, atMs }: Changes,
  raise: Raise,
): Stored | undefined {
  if (before && before.version > version) return before;
  const content = change[1];
  if (content === undefined) return undefined;
  if (!isEdit(content)) return { document: content, version };
  if (!before) return undefined;
  const base = before.version < version ? raise(before, version) : before;
  // A newer build has edited what this one cannot follow: shown as it was, and not to be touched.
  if (!base) return { document: before.document, version };
  const document = applyOperations(base.document, content);
  return document === base.document ? base : { document: { ...document, _updated: atMs }, version };
}

export function isEdit(content: object | readonly Operation[]): content is readonly Operation[] {
  return Array.isArray(content);
}

/** What turns one document into another, field by field. */
export function differences(before: object, after: object): Operation[] {
  const [old, next] = [before, after] as Record<string, unknown>[] as [Record<string, unknown>, Record<string, unknown>];
  const sets = Object.keys(next).filter((field) => field !== '_updated' && !equal(old[field], next[field]));
  const unsets = Object.keys(old).filter((field) => !Object.hasOwn(next, field));
  return [...sets.map((field): Operation => ['set', field, next[field]]), ...unsets.map((field): Operation => ['unset', field])];
}
