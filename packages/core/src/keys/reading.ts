import { StoreError } from '../errors.ts';
import type { RecordFormat, Stored } from '../record.ts';
import type { Key, Schema } from './key.ts';

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

/** What of a declaration says how its data is read: of a key, or of a collection. */
interface Shape<T> {
  readonly options: { readonly schema?: Schema<T>; readonly migrate?: Readonly<Record<number, (old: never) => unknown>> };
}

/** The data of one version in the shape of a later one. @throws {StoreError} `MIGRATION_FAILED` */
export function migrate({ value, version }: Stored, shape: Shape<unknown>, to: number): unknown {
  let data = value;
  for (let next = version + 1; next <= to; next++) {
    const step = shape.options.migrate?.[next] as ((old: unknown) => unknown) | undefined;
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
export function validate<T>({ options: { schema } }: Shape<T>, value: unknown): T {
  if (!schema) return value as T;
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new StoreError('INVALID_ARGUMENT', 'Cannot use a schema that validates asynchronously');
  if (!result.issues) return result.value;
  const path = result.issues[0]?.path?.map((step) => (typeof step === 'object' && step ? (step as { key: unknown }).key : step)).join('.');
  throw new StoreError('INVALID_VALUE', `Cannot accept ${path || 'the value'}: the schema refuses it`, path ? { path } : {});
}
