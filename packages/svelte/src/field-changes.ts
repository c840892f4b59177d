import { isTree } from './draft.ts';

interface FieldChanges {
  readonly $set: Record<string, unknown>;
  readonly $unset: Record<string, true>;
}

/** What turns one document into the other, field by field at any depth, so that others may change the fields beside them. An array is one field. */
export function fieldChanges(before: object, after: object): FieldChanges {
  const changes: FieldChanges = { $set: {}, $unset: {} };
  compare(before as Tree, after as Tree, '', changes);
  return changes;
}

type Tree = Readonly<Record<string, unknown>>;

function compare(before: Tree, after: Tree, at: string, changes: FieldChanges): void {
  for (const name of Object.keys({ ...before, ...after })) {
    const path = at + name;
    const [old, next] = [before[name], after[name]];
    if (Object.is(old, next)) continue;
    if (!Object.hasOwn(after, name)) changes.$unset[path] = true;
    else if (isNested(old) && isNested(next)) compare(old, next, `${path}.`, changes);
    else changes.$set[path] = next;
  }
}

/** Whether its fields can be named by paths: no array, whose places move, and no name that a path would read as more than one. */
function isNested(value: unknown): value is Tree {
  return isTree(value) && !Array.isArray(value) && Object.keys(value).every((name) => /^[^.$]+$/.test(name));
}
