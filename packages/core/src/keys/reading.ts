import { StoreError } from '../errors.ts';
import type { RecordFormat, Stored } from '../record.ts';
import { migrate, validate } from '../schema.ts';
import type { Key } from './key.ts';

/** What a stored entry means to this build. */
export type Reading<T> =
  | { readonly state: 'absent' }
  | { readonly state: 'ready'; readonly value: T; readonly migrated: boolean; readonly expiresAtMs: number | undefined }
  /** A newer build wrote it. The value only where our schema accepts it. */
  | { readonly state: 'read-only'; readonly value: T | undefined; readonly error: StoreError }
  /** It does not decode, migrate or validate. What is stored stays untouched. */
  | { readonly state: 'error'; readonly error: StoreError };

/** Decodes, migrates step by step, and validates. Changes nothing. */
export function readEntry<T>(raw: unknown, key: Key<T>, format: RecordFormat, nowMs: number): Reading<T> {
  if (raw === undefined) return { state: 'absent' };
  try {
    const stored = format.unpack(raw);
    if (stored.expiresAtMs !== undefined && stored.expiresAtMs <= nowMs) return { state: 'absent' };
    if (stored.version > key.version) return newer(stored, key);
    const value = validate(key, migrate(stored, key, key.version));
    return { state: 'ready', value, migrated: stored.version < key.version, expiresAtMs: stored.expiresAtMs };
  } catch (error) {
    return {
      state: 'error',
      error: error instanceof StoreError ? error : new StoreError('CORRUPT', 'Cannot read the stored value', { cause: error }),
    };
  }
}

/** A newer build wrote it. What cannot be read is not. */
export function isNewer(raw: unknown, { version }: Pick<Key<unknown>, 'version'>, format: RecordFormat): boolean {
  try {
    return raw !== undefined && format.unpack(raw).version > version;
  } catch {
    return false;
  }
}

function newer<T>(stored: Stored, key: Key<T>): Reading<T> {
  const error = new StoreError(
    'NEWER_DATA',
    `Cannot write over data of version ${stored.version}: this build knows version ${key.version}. Reload the page`,
  );
  let value: T | undefined;
  try {
    if (key.options.schema) value = validate(key, stored.value);
  } catch {} // then the default is shown
  return { state: 'read-only', value, error };
}
