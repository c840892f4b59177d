import { equal } from '../equal.ts';
import { isPlain } from '../inspect.ts';
import { applyOperation, isForbidden, type Operation } from './operations.ts';
import { own } from './reach.ts';
import { refuse } from './refuse.ts';
import { isReserved } from './storable.ts';
import { type Step, UPDATE_OPERATORS } from './update-operators.ts';
import type { Update } from './update-type.ts';

/** What an update makes of a document, and what it amounts to: the operations that change something, none where nothing changes. */
export interface Resolved<Doc> {
  readonly document: Doc;
  readonly operations: readonly Operation[];
}

/**
 * The document after a patch or operators, all or nothing. The document given stays as it is: what lies along the changed paths
 * is copied, and where nothing changes it is returned itself.
 * @param now Milliseconds since 1970, for `$currentDate`.
 * @throws {StoreError} `INVALID_ARGUMENT`; `path` says where
 */
export function applyUpdate<Doc extends object>(document: Doc, update: Update<Doc>, now: () => number): Doc {
  return resolveUpdate(document, update, now).document;
}

/** What an update amounts to for this document, path by path, to be logged and applied to another base. Empty where nothing changes. */
export function toOperations<Doc extends object>(document: Doc, update: Update<Doc>, now: () => number): readonly Operation[] {
  return resolveUpdate(document, update, now).operations;
}

/** Both of the above in one go. */
export function resolveUpdate<Doc extends object>(document: Doc, update: Update<Doc>, now: () => number): Resolved<Doc> {
  const steps = stepsOf(update);
  refusePaths(steps);
  const operations: Operation[] = [];
  let after = document;
  for (const step of steps) {
    const { at, name } = step;
    const resolve = Object.hasOwn(UPDATE_OPERATORS, name) && UPDATE_OPERATORS[name];
    if (!resolve) return refuse('update', at, 'there is no such operator');
    const operation = resolve(step, (holds, what) => holds || refuse('update', at, `it takes ${what}`), after, now);
    const next = applyOperation(after, operation, (fact) => refuse('update', at, fact));
    if (next !== after) operations.push(operation);
    after = next;
  }
  if (!equal(own(document, '_id'), own(after, '_id'))) refuse('update', '_id', 'it never changes');
  return { document: after, operations };
}

function stepsOf(update: unknown): Step[] {
  if (!isPlain(update)) return refuse('update', 'update', 'it is a patch or operators, in a plain object');
  if (!Object.keys(update).some((key) => key.startsWith('$')))
    return Object.entries(update).map(([path, operand]) => {
      if (path.includes('.')) refuse('update', path, 'a patch names whole fields. `$set` takes paths');
      return { name: '$set', at: path, path, operand };
    });
  return Object.entries(update).flatMap(([name, operands]) => {
    if (!isPlain(operands)) return refuse('update', name, 'it takes a plain object of paths');
    return Object.entries(operands).map(([path, operand]) => ({ name, at: `${name}.${path}`, path, operand }));
  });
}

/** A path may be written once, and not together with a part of itself. */
function refusePaths(steps: readonly Step[]): void {
  const paths = steps.flatMap(({ name, at, path, operand }) =>
    name === '$rename'
      ? [
          { at, path },
          { at, path: operand },
        ]
      : { at, path },
  );
  for (const { at, path } of paths) {
    if (typeof path !== 'string' || path.split('.').some((name) => name === '' || isForbidden(name) || isReserved(name)))
      refuse('update', at, 'there is no such path');
    if (paths.filter((other) => `${path}.`.startsWith(`${other.path}.`)).length > 1)
      refuse('update', at, 'the same update writes it twice, or what it is a part of');
  }
}
