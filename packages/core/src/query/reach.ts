import { isPlain } from '../inspect.ts';

/** Asks about one value that a path may mean. `isExact`: an array that an index led to stands for itself, not for its elements. */
export type Test = (value: unknown, isExact: boolean) => boolean;

/** Whether the test holds for anything that can be reached in a document. */
export type Reach = (document: unknown, test: Test) => boolean;

/** What an object itself has under a name; never what it inherits. */
export function own(holder: object, step: string): unknown {
  return Object.hasOwn(holder, step) ? (holder as Record<string, unknown>)[step] : undefined;
}

/** The number of an element: neither `length` nor `01`. */
export function isIndex(step: string): boolean {
  return /^(0|[1-9]\d*)$/.test(step);
}

/**
 * Follows a dotted path. In an array a step names what its plain elements hold under it, and where it is a number also the
 * element of that index. What is missing is asked about as `undefined`; in an array it is so only inside of a plain element.
 */
export function reach(path: string): Reach {
  const steps = path.split('.');
  const [first = ''] = steps;
  return (document, test) => visit(own(document as object, first), steps, 1, test, false);
}

function visit(value: unknown, steps: readonly string[], at: number, test: Test, isExact: boolean): boolean {
  const step = steps[at];
  if (step === undefined) return test(value, isExact);
  if (isPlain(value)) return visit(own(value, step), steps, at + 1, test, false);
  if (!Array.isArray(value)) return !isExact && test(undefined, false);
  return (
    (isIndex(step) && step in value && visit(value[+step], steps, at + 1, test, true)) ||
    value.some((element) => isPlain(element) && visit(own(element, step), steps, at + 1, test, false))
  );
}
