import { equal } from '../equal.ts';
import { isPlain } from '../inspect.ts';
import type { QueryPath } from './document-path.ts';
import { refuse } from './refuse.ts';

/** Paths to keep (1), or paths to leave out (0). `_id` is kept unless it is left out, and may stand beside either. */
export type Fields<Doc> =
  | { readonly [Path in QueryPath<Doc>]?: Path extends '_id' ? 0 | 1 | boolean : 1 | true }
  | { readonly [Path in QueryPath<Doc>]?: Path extends '_id' ? 0 | 1 | boolean : 0 | false };

type Tree = Map<string, Tree | boolean>;

/**
 * Makes a function that shows a part of a document. Dotted paths keep their nesting and go through arrays to what the elements
 * hold. Given the part that was shown before, it returns that very object where nothing in it has changed.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function project<Doc extends object>(fields: Fields<Doc>): (document: Doc, before?: Partial<Doc>) => Partial<Doc> {
  const entries = Object.entries(fields as Record<string, unknown>);
  const named = entries.filter(([path]) => path !== '_id');
  const keeps = !!(named[0] ?? entries[0] ?? [])[1];
  const tree: Tree = new Map(keeps ? [['_id', true]] : []);
  for (const [path, flag] of entries) {
    if (![0, 1, true, false].includes(flag as number)) refuse('query', `fields.${path}`, 'it is 1 to keep it or 0 to leave it out');
    if (path === '_id') tree.set(path, !!flag);
    else if (!!flag !== keeps) refuse('query', `fields.${path}`, 'some fields are kept and others left out. Do one of the two');
    else plant(tree, path, keeps);
  }

  return (document, before) => {
    const shown = prune(document, tree, keeps) as Partial<Doc>;
    return before && equal(before, shown) ? before : shown;
  };
}

function plant(tree: Tree, path: string, keeps: boolean): void {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let branch = tree;
  for (const step of steps) {
    const next = branch.get(step) ?? new Map();
    branch.set(step, next);
    branch = next instanceof Map ? next : refuse('query', `fields.${path}`, 'another path is the beginning of it');
  }
  if (branch.has(last)) refuse('query', `fields.${path}`, 'it is the beginning of another path');
  branch.set(last, keeps);
}

/** `undefined` where nothing is kept. Where nothing is left out, the value itself. */
function prune(value: unknown, tree: Tree, keeps: boolean): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => prune(element, tree, keeps)).filter((element) => element !== undefined);
    return elements.length === value.length && elements.every((element, index) => element === value[index]) ? value : elements;
  }
  if (!isPlain(value)) return keeps ? undefined : value;
  let isWhole = true;
  const kept: [string, unknown][] = [];
  for (const [key, old] of Object.entries(value)) {
    const branch = tree.get(key) ?? !keeps;
    const part = branch instanceof Map ? prune(old, branch, keeps) : branch ? old : undefined;
    if (part !== old) isWhole = false;
    if (part !== undefined) kept.push([key, part]);
  }
  // Not by assignment, which would give `__proto__` to the object as its prototype.
  return isWhole ? value : Object.fromEntries(kept);
}
