import { StoreError, storageError } from '../errors.ts';

/**
 * Ends a call to a server in time: clients wait for ever by default while the server is away. What was sent may still take
 * effect, as after any lost answer.
 * @throws {StoreError} `TIMEOUT`, or what the client threw as `UNAVAILABLE`
 */
export function inTime<T>(work: Promise<T>, server: string, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StoreError('TIMEOUT', `Cannot use ${server}: no answer within ${ms} ms`)), ms);
    work.then(
      (found) => {
        clearTimeout(timer);
        resolve(found);
      },
      (error) => {
        clearTimeout(timer);
        reject(storageError(error, `use ${server}`));
      },
    );
  });
}
