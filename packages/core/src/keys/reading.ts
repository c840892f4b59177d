import { StoreError } from '../errors.ts';
import type { RecordFormat, Stored } from '../record.ts';
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
    const value = validate(key, migrate(stored, key));
    return { state: 'ready', value, migrated: stored.version < key.version, expiresAtMs: stored.expiresAtMs };
  } catch (error) {
    return {
      state: 'error',
      error: error instanceof StoreError ? error : new StoreError('CORRUPT', 'Cannot read the stored value', { cause: error }),
    };
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

function migrate<T>({ value, version }: Stored, key: Key<T>): unknown {
  let data = value;
  for (let next = version + 1; next <= key.version; next++) {
    const step = key.options.migrate?.[next] as ((old: unknown) => unknown) | undefined;
    if (!step) throw new StoreError('MIGRATION_FAILED', `Cannot migrate to version ${next}: there is no step \`migrate[${next}]\``);
    try {
      data = step(data);
    } catch (cause) {
      throw new StoreError('MIGRATION_FAILED', `Cannot migrate to version ${next}: the step threw`, { cause });
    }
  }
  return data;
}

/** The value as the schema gives it back. @throws {StoreError} `INVALID_VALUE`, with the path of the first issue; never with the value. */
export function validate<T>(key: Key<T>, value: unknown): T {
  const schema = key.options.schema;
  if (!schema) return value as T;
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new StoreError('INVALID_ARGUMENT', 'Cannot use a schema that validates asynchronously');
  if (!result.issues) return result.value;
  const path = result.issues[0]?.path?.map((step) => (typeof step === 'object' && step ? (step as { key: unknown }).key : step)).join('.');
  throw new StoreError('INVALID_VALUE', `Cannot accept ${path || 'the value'}: the schema refuses it`, path ? { path } : {});
}
