import type { Operation } from '../driver.ts';
import { StoreError } from '../errors.ts';

/**
 * The operations as a server takes them: of several writes to one key only the last, then what concerns the log, in its order.
 * @throws {StoreError} `UNSUPPORTED_VALUE` for text that does not survive UTF-8, `INVALID_ARGUMENT` for such a key
 */
export function textOperations(operations: readonly Operation[]): Operation[] {
  const writes = new Map<string, Operation>();
  const onLog: Operation[] = [];
  for (const operation of operations) {
    const { type, key } = operation;
    if (!isText(key)) throw new StoreError('INVALID_ARGUMENT', 'Cannot use a key with a NUL or with half a surrogate pair');
    if ('value' in operation && !isText(operation.value))
      throw new StoreError('UNSUPPORTED_VALUE', 'Cannot store text with a NUL or with half a surrogate pair');
    if (type === 'append' || type === 'trim') onLog.push(operation);
    else writes.set(key, operation);
  }
  return [...writes.values(), ...onLog];
}

/** Each key once, in the order of first mention. */
export function keysOf(operations: readonly Operation[]): string[] {
  return [...new Set(operations.map(({ key }) => key))];
}

// A NUL ends no text here, but PostgreSQL keeps none; a value from any codec is JSON, which writes both as escapes.
function isText(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}
