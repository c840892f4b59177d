import { StoreError } from './errors.ts';
import type { Stored } from './record.ts';

/** The part of the Standard Schema interface (standardschema.dev, version 1) that is used here: Zod, Valibot, ArkType and others have it. */
export interface Schema<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** What of a declaration says how its data is read: of a key, or of a collection. */
interface Shape<T> {
  readonly options: { readonly schema?: Schema<T>; readonly migrate?: Readonly<Record<number, (old: never) => unknown>> };
}

/** The version of the data's shape that a declaration gives, else 1. @throws {StoreError} `INVALID_ARGUMENT` */
export function versionOf({ version = 1 }: { readonly version?: number }): number {
  if (!(Number.isSafeInteger(version) && version > 0))
    throw new StoreError('INVALID_ARGUMENT', `Cannot use the data version ${version}: it is a whole number from 1`);
  return version;
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
