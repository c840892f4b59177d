import { equal } from '../equal.ts';
import { StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';
import { compare } from './order.ts';
import { isIndex, own } from './reach.ts';
import { compileOrder } from './sort.ts';

/** What happens to one path. Plain data: it can be logged and applied to another base. Without an operand: `unset`. */
export type Operation = readonly [kind: OperationKind, path: string, operand?: unknown];

export type OperationKind = 'set' | 'unset' | 'rename' | 'min' | 'max' | 'inc' | 'mul' | 'push' | 'addToSet' | 'pull' | 'pop';

/** The operand of `push`: insert, then sort, then cut. */
export interface Push {
  readonly $each: readonly unknown[];
  readonly $position?: number;
  readonly $sort?: 1 | -1 | Readonly<Record<string, 1 | -1>>;
  readonly $slice?: number;
}

/** Called where an operation meets what it does not fit. Where it returns, what is in the way counts as missing. */
export type Misfit = (fact: string) => void;

const MAX_PADDING = 100_000;

/**
 * Applies logged operations, in order. Never fails: the last writer wins, so what is in the way (a text where a path goes on, a
 * text to add to) counts as missing. Returns the document itself where nothing changes.
 * @throws {StoreError} `NEWER_DATA` for a kind of operation that only a newer build knows
 */
export function applyOperations<Doc extends object>(document: Doc, operations: readonly Operation[]): Doc {
  return operations.reduce((before, operation) => applyOperation(before, operation, () => {}), document);
}

/** Copies what lies along the path and nothing else. Returns the document itself where nothing changes. */
export function applyOperation<Doc extends object>(document: Doc, [kind, path, operand]: Operation, misfit: Misfit): Doc {
  if (kind !== 'rename') return changeAt(document, path, (old) => changed(kind, old, operand, misfit), misfit);
  const value = valueAt(document, path, misfit);
  if (value === undefined) return document;
  valueAt(document, operand as string, misfit);
  const without = changeAt(document, path, () => undefined, misfit);
  return changeAt(without, operand as string, () => value, misfit);
}

/** What is at exactly this path: in an array only an index leads on. */
export function valueAt(document: object, path: string, misfit: Misfit): unknown {
  return path.split('.').reduce<unknown>((holder, step) => {
    if (Array.isArray(holder)) misfit('an element of an array cannot be renamed');
    return isPlain(holder) || (Array.isArray(holder) && isIndex(step)) ? own(holder as object, step) : undefined;
  }, document);
}

function changed(kind: Exclude<OperationKind, 'rename'>, old: unknown, operand: unknown, misfit: Misfit): unknown {
  switch (kind) {
    case 'set':
      return operand;
    case 'unset':
      return undefined;
    case 'min':
      return old === undefined || compare(operand, old) < 0 ? operand : old;
    case 'max':
      return old === undefined || compare(operand, old) > 0 ? operand : old;
    case 'inc':
    case 'mul': {
      // A bigint and a number cannot be added.
      if (typeof old === typeof operand)
        return kind === 'inc' ? (old as number) + (operand as number) : (old as number) * (operand as number);
      if (old !== undefined) misfit(`there is no ${typeof operand}`);
      return kind === 'inc' ? operand : typeof operand === 'bigint' ? 0n : 0;
    }
    case 'push':
    case 'addToSet':
    case 'pull':
    case 'pop': {
      if (Array.isArray(old)) return LISTS[kind](old, operand as never, misfit);
      if (old !== undefined) misfit('there is no array');
      return kind === 'push' || kind === 'addToSet' ? LISTS[kind]([], operand as never, misfit) : old;
    }
    default:
      throw new StoreError('NEWER_DATA', `Cannot apply a change: a newer build wrote "${kind satisfies never}"`);
  }
}

const LISTS = {
  push(old: readonly unknown[], { $each, $position = old.length, $sort, $slice }: Push, misfit: Misfit): unknown[] {
    const next = [...old];
    next.splice($position, 0, ...$each);
    if ($sort) {
      const order = typeof $sort === 'object' && compileOrder($sort);
      const fieldsOf = (element: unknown): object => (isPlain(element) ? element : {});
      try {
        next.sort((a, b) => (order ? order(fieldsOf(a), fieldsOf(b)) : ($sort as number) * compare(a, b)));
      } catch {
        misfit('some elements have no order');
      }
    }
    return $slice === undefined ? next : $slice < 0 ? next.slice($slice) : next.slice(0, $slice);
  },
  addToSet(old: readonly unknown[], values: readonly unknown[]): unknown[] {
    const next = [...old];
    for (const value of values) if (!next.some((element) => compare(element, value) === 0)) next.push(value);
    return next;
  },
  pull(old: readonly unknown[], values: readonly unknown[]): unknown[] {
    return old.filter((element) => !values.some((value) => equal(element, value)));
  },
  pop(old: readonly unknown[], side: 1 | -1): unknown[] {
    return side === 1 ? old.slice(0, -1) : old.slice(1);
  },
};

/** Changes what is at a path. `undefined`: nothing is there. On the way, what is missing becomes an object, an array is padded with null. */
function changeAt<T>(document: T, path: string, change: (old: unknown) => unknown, misfit: Misfit): T {
  const steps = path.split('.');
  return steps.some(isForbidden) ? document : (changeIn(document, steps, 0, change, misfit) as T);
}

function changeIn(old: unknown, steps: readonly string[], at: number, change: (old: unknown) => unknown, misfit: Misfit): unknown {
  const step = steps[at];
  if (step === undefined) {
    const next = change(old);
    return equal(old, next) ? old : next;
  }
  const isElement = Array.isArray(old) && isIndex(step) && +step <= old.length + MAX_PADDING;
  const holder = isElement || isPlain(old) ? (old as object) : {};
  const part = own(holder, step);
  const next = changeIn(part, steps, at + 1, change, misfit);
  if (Object.is(next, part)) return old;
  if (old !== undefined && holder !== old) misfit(`"${step}" leads into what is neither an object nor an array with this index`);
  if (isElement) {
    const value = next ?? null;
    if (Object.is(value, part)) return old;
    const copy = [...(old as unknown[])];
    while (copy.length < +step) copy.push(null);
    copy[+step] = value;
    return copy;
  }
  const { [step]: _, ...others } = holder as Record<string, unknown>;
  return next === undefined ? others : { ...holder, [step]: next };
}

/** Names that lead out of the data. */
export function isForbidden(step: string): boolean {
  return /^(__proto__|constructor|prototype)$/.test(step);
}
