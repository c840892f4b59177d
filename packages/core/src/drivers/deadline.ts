import { StoreError, storageError } from '../errors.ts';

/**
 * Ends a call to a server in time: clients wait for ever by default while the server is away. What was sent may still take
 * effect, as after any lost answer.
 * @throws {StoreError} `TIMEOUT`, or what the client threw as `UNAVAILABLE`
 */
export async function inTime<T>(work: Promise<T>, server: string, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreError('TIMEOUT', `Cannot use ${server}: no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw storageError(error, `use ${server}`);
  } finally {
    clearTimeout(timer);
  }
}
