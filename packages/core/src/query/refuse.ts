import { StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';

/** @throws {StoreError} `INVALID_ARGUMENT`, always. `at` names the path, and the operator where there is one. */
export function refuse(verb: 'query' | 'sort' | 'update', at: string, fact: string): never {
  throw new StoreError('INVALID_ARGUMENT', `Cannot ${verb} "${at}": ${fact}`, { path: at });
}

const MAX_DEPTH = 100;

/**
 * Refuses `undefined` anywhere in a query: a filter that was meant to have a value must not match what it was never meant to.
 * @throws {StoreError} `INVALID_ARGUMENT`
 */
export function refuseUndefined(value: unknown, at: string, depth = 0): void {
  if (value === undefined) refuse('query', at, 'it is undefined. Say `$exists: false` for a field that is missing');
  if (typeof value === 'function' || typeof value === 'symbol') refuse('query', at, `no document holds a ${typeof value}`);
  if (depth > MAX_DEPTH) refuse('query', at, `more than ${MAX_DEPTH} levels`);
  if (Array.isArray(value) || isPlain(value))
    for (const [key, part] of Object.entries(value)) refuseUndefined(part, `${at}.${key}`, depth + 1);
}
